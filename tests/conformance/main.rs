//! What every service has to do, in one suite: each runs the same functions over its own [`Case`].
//!
//! A case tells what is true by the books of the stand-in; a client or the job engine is right if it says the
//! same, whatever went wrong on the way. A new service adds one file with its case, and one line below.

#![allow(clippy::unwrap_used)] // a test may panic

mod bench;
mod calls;
mod case;
mod changes;
#[allow(dead_code, reason = "shared with a suite that uses all of it")]
#[path = "../demo_imagekit/api.rs"]
mod demo_imagekit;
mod faults;
mod imagekit;
mod jobs;
mod lists;
mod one;
#[allow(dead_code, reason = "shared with suites that use all of it")]
#[path = "../raw_http/mod.rs"]
mod raw_http;
mod templated;
mod uploadcare;

/// Runs functions of this suite for one service.
macro_rules! conforms {
    ($service:ident: $($room:ident::$test:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            crate::$room::$test(&crate::$service::KIT).await;
        }
    )*};
}

/// The whole suite for each of these services.
macro_rules! services {
    ($($name:ident is $service:ident),* $(,)?) => {$(
        mod $name {
            conforms! {
                $service:
                one::the_keys_tell_whose_they_are,
                one::a_file_that_is_there,
                one::files_that_are_not_there,
                lists::whole_and_nothing_twice,
                lists::whole_under_every_fault,
                changes::files_that_come_and_go_hide_none_that_stay,
                calls::few_where_one_id_in_forty_is_stale,
                jobs::a_quiet_job_equals_the_books,
                jobs::a_job_cut_off_continues_to_the_truth,
                jobs::a_stopped_job_continues_to_the_truth,
                faults::throttled,
                faults::failed_before_the_work,
                faults::failed_after_the_work,
                faults::cut,
                faults::broken_answers,
                faults::stalled,
                faults::everything_at_once,
                faults::every_kind_alone,
                faults::late_writes,
                faults::mixtures,
            }
        }
    )*};
}

services! {
    on_uploadcare is uploadcare,
    on_imagekit is imagekit,
    on_templated is templated,
}
