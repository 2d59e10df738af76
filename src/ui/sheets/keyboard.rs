//! Who has the keyboard while a sheet is open: the sheet takes it, keeps it, and gives it back to whoever
//! had it before. Which control of a sheet has it first is the sheet's own to say.

use egui::{Context, Id, Key, Response, Ui};

/// An open sheet, what had the keyboard before it, and the frame in which it was last drawn.
#[derive(Clone, Debug)]
struct Open {
    sheet: Id,
    before: Option<Id>,
    frame: u64,
}

fn with_open<R>(ctx: &Context, act: impl FnOnce(&mut Vec<Open>) -> R) -> R {
    let id = Id::unique("keyboard of sheets");
    ctx.data_mut(|data| act(data.get_temp_mut_or_default::<Vec<Open>>(id)))
}

/// Before a sheet is drawn: takes the keyboard from what is behind it.
pub fn take(ctx: &Context, sheet: Id) {
    let frame = ctx.cumulative_frame_nr();
    let focused = ctx.memory(|memory| memory.focused());
    let is_new = with_open(ctx, |open| {
        match open.iter_mut().find(|one| one.sheet == sheet) {
            Some(one) => one.frame = frame,
            None => {
                let before = focused;
                open.push(Open {
                    sheet,
                    before,
                    frame,
                });
                return true;
            }
        }
        false
    });
    if let Some(id) = focused.filter(|id| is_new || is_behind(ctx, *id)) {
        ctx.memory_mut(|memory| memory.surrender_focus(id));
    }
}

/// Arrow keys may still find a widget behind the sheet: Tab alone keeps to the topmost layer.
fn is_behind(ctx: &Context, id: Id) -> bool {
    let widget = ctx.read_response(id);
    widget.is_some_and(|widget| ctx.memory(|memory| !memory.is_above_modal_layer(widget.layer_id)))
}

/// After all sheets of a frame are drawn: what a sheet took that is gone now goes back, or to the sheet over it.
pub fn give_back(ctx: &Context) {
    let frame = ctx.cumulative_frame_nr();
    let back = with_open(ctx, |open| {
        let mut back = None;
        for at in (0..open.len()).rev() {
            if open[at].frame == frame {
                continue;
            }
            let gone = open.remove(at);
            match open.get_mut(at) {
                Some(over) => over.before = gone.before,
                None => back = gone.before,
            }
        }
        back
    });
    if let Some(id) = back {
        ctx.memory_mut(|memory| memory.request_focus(id));
    }
}

/// Gives the keyboard to this control while nothing has it: what had it goes when a sheet changes. While Tab
/// is on its way to the next control, nothing has it either, and it must not be held up.
pub fn rest_on(ui: &Ui, response: &Response) {
    let idle = ui.memory(|memory| memory.focused().is_none());
    if idle && response.enabled() && !ui.input(|input| input.key_pressed(Key::Tab)) {
        response.request_focus();
    }
}
