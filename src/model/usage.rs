//! How much of its plan an account has used.

use super::Time;
use super::size::{bytes, count};

/// In what usage is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// One by one.
    Pieces,
    /// As bytes.
    Bytes,
}

/// What an account has used, as of a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// What is counted: `render credits`, `bandwidth this month`.
    pub what: &'static str,
    /// In what.
    pub unit: Unit,
    /// How much is used.
    pub used: u64,
    /// How much there is; `None` where the service sets or tells no bound.
    pub quota: Option<u64>,
    /// The plan's name as the service writes it; may be empty.
    pub plan: String,
    /// Bytes that the service says it keeps, where it does.
    pub stored: Option<u64>,
    /// When it was asked.
    pub at: Time,
}

impl Usage {
    /// How much of the quota is used, from 0 to 1.
    pub fn share(&self) -> Option<f64> {
        let quota = self.quota.filter(|quota| *quota > 0)?;
        Some((self.used as f64 / quota as f64).min(1.0))
    }

    /// `5,330 of 10,000 used`.
    pub fn figures(&self) -> String {
        format!("{} used", self.numbers())
    }

    /// `5,330 of 10,000 render credits used`, `16.1 GB of bandwidth this month`.
    pub fn words(&self) -> String {
        match self.unit {
            Unit::Pieces => format!("{} {} used", self.numbers(), self.what),
            Unit::Bytes => format!("{} of {}", self.numbers(), self.what),
        }
    }

    fn numbers(&self) -> String {
        let figure = |number| match self.unit {
            Unit::Pieces => count(number),
            Unit::Bytes => bytes(number),
        };
        let used = figure(self.used);
        match self.quota {
            Some(quota) => format!("{used} of {}", figure(quota)),
            None => used,
        }
    }

    /// `Scale plan`, `17.3 GB stored`; empty where the service tells neither.
    pub fn plan_words(&self) -> String {
        let plan = (!self.plan.is_empty()).then(|| format!("{} plan", self.plan));
        let stored = self
            .stored
            .map(|stored| format!("{} stored", bytes(stored)));
        let both: Vec<String> = plan.into_iter().chain(stored).collect();
        both.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_is_known() {
        let usage = |used, quota, plan: &str| Usage {
            what: "render credits",
            unit: Unit::Pieces,
            used,
            quota,
            plan: plan.to_owned(),
            stored: None,
            at: Time(0),
        };
        let cases = [
            (
                5_330,
                Some(10_000),
                "5,330 of 10,000 render credits used",
                Some(0.533),
            ),
            (
                12_000,
                Some(10_000),
                "12,000 of 10,000 render credits used",
                Some(1.0),
            ),
            (7, Some(0), "7 of 0 render credits used", None),
            (7, None, "7 render credits used", None),
        ];
        for (used, quota, words, share) in cases {
            let usage = usage(used, quota, "");
            assert_eq!((usage.words().as_str(), usage.share()), (words, share));
        }
        assert_eq!(usage(1, None, "Scale").plan_words(), "Scale plan");
        assert_eq!(usage(1, None, "").plan_words(), "");
        let traffic = Usage {
            what: "bandwidth this month",
            unit: Unit::Bytes,
            stored: Some(17_300_000_000),
            ..usage(16_100_000_000, None, "")
        };
        assert_eq!(traffic.words(), "16.1 GB of bandwidth this month");
        assert_eq!(traffic.figures(), "16.1 GB used");
        assert_eq!(traffic.plan_words(), "17.3 GB stored");
    }
}
