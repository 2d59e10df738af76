//! Points at which the crash test ends the program as `kill -9` would: nothing is flushed, nobody is told.
//!
//! Debug builds alone have them; in a release build the functions are empty and the variable means nothing.

/// Ends the program here if `TALLYMAN_CRASH_AT` names this point, as `finish_call.inside:3`: the third time
/// that this point is reached.
#[cfg(debug_assertions)]
pub(crate) fn point(act: &str, moment: &str) {
    if armed::strikes(act, moment) {
        armed::die();
    }
}

/// Like [`point`], but a moment later, while the program goes on.
#[cfg(debug_assertions)]
pub(crate) fn soon(act: &str, moment: &str) {
    if armed::strikes(act, moment) {
        std::thread::spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(12));
            armed::die();
        });
    }
}

#[cfg(not(debug_assertions))]
#[inline(always)]
pub(crate) fn point(_act: &str, _moment: &str) {}

#[cfg(not(debug_assertions))]
#[inline(always)]
pub(crate) fn soon(_act: &str, _moment: &str) {}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// The point that was named, and how often it is still to be passed.
    struct Armed {
        act: String,
        moment: String,
        left: AtomicU32,
    }

    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();

    pub(super) fn strikes(act: &str, moment: &str) -> bool {
        let armed = ARMED.get_or_init(|| parse(&std::env::var("TALLYMAN_CRASH_AT").ok()?));
        armed.as_ref().is_some_and(|armed| {
            armed.act == act
                && armed.moment == moment
                && armed.left.fetch_sub(1, Ordering::SeqCst) == 1
        })
    }

    fn parse(text: &str) -> Option<Armed> {
        let (place, times) = text.split_once(':')?;
        let (act, moment) = place.split_once('.')?;
        Some(Armed {
            act: act.to_owned(),
            moment: moment.to_owned(),
            left: AtomicU32::new(times.parse().ok()?),
        })
    }

    pub(super) fn die() -> ! {
        #[cfg(unix)]
        {
            use rustix::process::{Signal, getpid, kill_process};
            let _ = kill_process(getpid(), Signal::KILL);
        }
        std::process::abort();
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_point_is_named_with_its_number() {
            let armed = parse("finish_call.inside:3").unwrap();
            assert_eq!(
                (armed.act.as_str(), armed.moment.as_str()),
                ("finish_call", "inside")
            );
            assert_eq!(armed.left.into_inner(), 3);
            for nonsense in ["", "finish_call", "finish_call.inside", "a:1", "a.b:x"] {
                assert!(parse(nonsense).is_none(), "{nonsense}");
            }
        }
    }
}
