//! One field's value while it is being changed, by the field's own definition.

use egui::{TextEdit, Ui};

use crate::model::{FieldKind, FieldRow, FieldValue};
use crate::ui::parts;

/// A value that is being changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Draft {
    /// Text, a number or a date, as typed.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// One of the options, or none yet.
    Choice(Option<String>),
    /// Any of the options.
    Choices(Vec<String>),
}

impl Draft {
    /// Begins from the value that the file has.
    pub fn of(field: &FieldRow, value: Option<&FieldValue>) -> Self {
        match field.kind {
            FieldKind::Flag => Self::Flag(matches!(value, Some(FieldValue::Flag(true)))),
            FieldKind::Choice => Self::Choice(value.map(words_of)),
            FieldKind::Choices => Self::Choices(match value {
                Some(FieldValue::List(list)) => list.clone(),
                Some(value) => vec![words_of(value)],
                None => Vec::new(),
            }),
            _ => Self::Text(value.map(words_of).unwrap_or_default()),
        }
    }

    /// Draws what changes it.
    pub fn ui(&mut self, ui: &mut Ui, field: &FieldRow) {
        let width = ui.available_width();
        match self {
            Self::Text(text) if field.kind == FieldKind::Lines => {
                let edit = TextEdit::multiline(text)
                    .desired_rows(3)
                    .desired_width(width);
                ui.add(edit).accessible_name(&field.label);
            }
            Self::Text(text) => {
                let hint = match field.kind {
                    FieldKind::Number => "A number",
                    FieldKind::Date => "2026-01-31 or 2026-01-31T12:00:00Z",
                    _ => "",
                };
                parts::hinted_field(ui, text, &field.label, hint, width);
            }
            Self::Flag(on) => {
                ui.horizontal(|ui| {
                    ui.radio_value(on, true, "Yes");
                    ui.radio_value(on, false, "No");
                });
            }
            Self::Choice(chosen) => {
                ui.horizontal_wrapped(|ui| {
                    for option in &field.options {
                        ui.radio_value(chosen, Some(option.clone()), option);
                    }
                });
            }
            Self::Choices(chosen) => {
                ui.horizontal_wrapped(|ui| {
                    for option in &field.options {
                        let mut on = chosen.contains(option);
                        if ui.checkbox(&mut on, option).changed() {
                            match on {
                                true => chosen.push(option.clone()),
                                false => chosen.retain(|other| other != option),
                            }
                        }
                    }
                });
            }
        }
    }

    /// The value, or why there is none.
    pub fn value(&self, field: &FieldRow) -> Result<FieldValue, String> {
        match self {
            Self::Text(text) if text.trim().is_empty() => Err("Type a value first.".into()),
            Self::Text(text) if field.kind == FieldKind::Number => {
                let number = text
                    .trim()
                    .parse::<f64>()
                    .ok()
                    .filter(|number| number.is_finite());
                let number = number.ok_or_else(|| format!("{:?} is no number.", text.trim()))?;
                Ok(FieldValue::Number(number))
            }
            Self::Text(text) if field.kind == FieldKind::Date => {
                let text = text.trim();
                let date = text.parse::<jiff::civil::Date>().is_ok();
                let time = text.parse::<jiff::Timestamp>().is_ok();
                match date || time {
                    true => Ok(FieldValue::Text(text.to_owned())),
                    false => Err(format!("{text:?} is no date.")),
                }
            }
            Self::Text(text) => Ok(FieldValue::Text(text.clone())),
            Self::Flag(on) => Ok(FieldValue::Flag(*on)),
            Self::Choice(Some(option)) => Ok(FieldValue::Text(option.clone())),
            Self::Choice(None) => Err("Choose one first.".into()),
            Self::Choices(list) if list.is_empty() => {
                Err("Choose at least one, or unset it.".into())
            }
            Self::Choices(list) => Ok(FieldValue::List(list.clone())),
        }
    }
}

/// A value as people read it.
pub fn words_of(value: &FieldValue) -> String {
    match value {
        FieldValue::Text(text) => text.clone(),
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Flag(true) => "Yes".into(),
        FieldValue::Flag(false) => "No".into(),
        FieldValue::List(list) => list.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldKind) -> FieldRow {
        FieldRow {
            id: "1".into(),
            name: "f".into(),
            label: "F".into(),
            kind,
            options: vec!["red".into(), "navy".into()],
            required: false,
        }
    }

    #[test]
    fn values_go_through_drafts_unchanged() {
        let text = |text: &str| FieldValue::Text(text.into());
        let cases = [
            (FieldKind::Text, text("Nike")),
            (FieldKind::Lines, text("a\nb")),
            (FieldKind::Number, FieldValue::Number(12.5)),
            (FieldKind::Date, text("2026-01-31")),
            (FieldKind::Date, text("2026-01-31T12:00:00Z")),
            (FieldKind::Flag, FieldValue::Flag(true)),
            (FieldKind::Choice, text("navy")),
            (FieldKind::Choices, FieldValue::List(vec!["red".into()])),
        ];
        for (kind, value) in cases {
            let field = field(kind);
            let draft = Draft::of(&field, Some(&value));
            assert_eq!(draft.value(&field), Ok(value));
        }
    }

    #[test]
    fn what_is_no_value_is_not_sent() {
        let cases = [
            (FieldKind::Text, Draft::Text(" ".into())),
            (FieldKind::Number, Draft::Text("ten".into())),
            (FieldKind::Number, Draft::Text("inf".into())),
            (FieldKind::Date, Draft::Text("31.1.2026".into())),
            (FieldKind::Choice, Draft::Choice(None)),
            (FieldKind::Choices, Draft::Choices(Vec::new())),
        ];
        for (kind, draft) in cases {
            assert!(draft.value(&field(kind)).is_err(), "{draft:?}");
        }
    }
}
