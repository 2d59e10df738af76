//! The network goes and comes, and connections die without a word.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tallyman::demo::{self, Target};
use tallyman::job::{Engine, Observer, Progress};
use tallyman::ledger::Ledger;
use tallyman::model::{
    CallPurpose, JobId, JobState, Plan, PlanItem, ProfileId, ServiceKind, Settled, Source, Verb,
};
use tallyman::service::{self, Credentials, Limits};
use tokio_util::sync::CancellationToken;

use crate::house::{House, Told, heard_until};
use crate::proxy::Network;

#[test]
fn a_network_that_goes_and_comes_only_takes_time() {
    let house = House::new();
    // It is not over before the network goes, however slow the machine is.
    house.server.faults().hold(Target::Writes, 4);
    let mut child = house.delete();
    house.wait_for_writes(2);
    house.proxy.set(Network::Down);
    house.server.faults().release();
    // The tries of a single call are used up by then.
    let words = heard_until(&mut child, "next try in");
    assert!(words.contains("no connection: 127.0.0.1"), "{words}");
    house.proxy.set(Network::Up);
    let told = Told::of(&child.wait_with_output().unwrap());
    assert_eq!(told.code, 0, "{told:?}");
    house.check_ended(&told);
}

#[test]
fn a_stop_without_a_network_is_at_once_and_can_be_continued() {
    let house = House::new();
    // It is not over before the network goes, however slow the machine is.
    house.server.faults().hold(Target::Writes, 4);
    let child = house.delete();
    house.wait_for_writes(2);
    house.proxy.set(Network::Down);
    house.server.faults().release();
    std::thread::sleep(Duration::from_secs(11));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let stopped = Instant::now();
    let told = Told::of(&child.wait_with_output().unwrap());
    assert!(
        stopped.elapsed() < Duration::from_secs(30),
        "{:?}",
        stopped.elapsed()
    );
    assert_eq!(
        (told.code, &told.object()["state"]),
        (130, &"stopped".into())
    );
    house.check_true_so_far();
    house.proxy.set(Network::Up);
    house.check_resumed();
}

#[test]
fn without_a_network_nothing_begins_and_all_can_be_continued() {
    let house = House::new();
    house.proxy.set(Network::Down);
    let told = Told::of(&house.delete().wait_with_output().unwrap());
    assert_eq!(told.code, 3, "{told:?}");
    told.says(&["127.0.0.1", "reached"]);
    assert_eq!((house.gone(), house.books().writes()), (0, 0));
}

#[derive(Default)]
struct Watched(Mutex<Vec<Progress>>);

impl Observer for Watched {
    fn progress(&self, progress: &Progress) {
        self.0.lock().unwrap().push(progress.clone());
    }

    fn settled(&self, _: JobId, _: &[Settled]) {}
}

#[test]
fn connections_that_died_in_a_sleep_are_replaced() {
    let house = House::new();
    house.server.faults().set_latency(Duration::from_millis(60));
    let credentials = Credentials {
        service: ServiceKind::Uploadcare,
        public_key: demo::PUBLIC_KEY.to_owned(),
        secret: demo::SECRET_KEY.to_owned().into(),
        api_base: Some(house.proxy.base.clone()),
        cdn_base: None,
        simple_auth: false,
    };
    let limits = Limits {
        idle: Duration::from_millis(900),
        ..Limits::default()
    };
    let service = service::open_with(&credentials, limits).unwrap();
    let ledger = Arc::new(Ledger::open(&house.folder()).unwrap());
    let engine = Engine { service, ledger };
    let items = house
        .ids
        .iter()
        .map(|id| PlanItem::bare(id.as_str().into()));
    let watched = Arc::<Watched>::default();
    let run = async {
        let source = Source {
            service: ServiceKind::Uploadcare,
            profile: ProfileId("p".into()),
            profile_name: "Demo".into(),
            account: engine.service.account().await.unwrap(),
            api_base: engine.service.api_base(),
        };
        let plan = Plan::new(Verb::Delete, source, items.collect());
        let job = engine.start(&plan).await.unwrap();
        let stop = CancellationToken::new();
        let run = engine.run(job, stop, watched.clone());
        let sleep = async {
            // By the calls worked on and not by the clock: some are then under way on any machine.
            for writes in [2, 7, 12] {
                while house.books().writes() < writes {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                house.proxy.deaden();
            }
        };
        tokio::join!(run, sleep).0.unwrap()
    };
    let summary = house.runtime.block_on(run);
    assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
    assert_eq!(summary.tally.done, house.ids.len() as u64);
    assert_eq!(house.gone(), house.ids.len() as u64);
    let calls = engine.ledger.record(summary.id).unwrap().calls;
    let repeats = calls
        .iter()
        .filter(|call| call.purpose == CallPurpose::Repeat);
    assert!(repeats.count() > 0, "no connection died");
}
