//! The queue told by hand: what leaves, when, and what is left.

use super::super::settle::Sky;
use super::*;
use crate::model::Verb;

const SECOND: Duration = Duration::from_secs(1);

fn terms(limit: usize) -> Terms {
    Terms {
        verb: Verb::Delete,
        limit,
        repeatable: true,
        once: false,
        pace: Pace {
            rounds: 3,
            first_wait: SECOND,
            longest_wait: 4 * SECOND,
            ..Pace::default()
        },
    }
}

fn entries(seqs: std::ops::Range<u32>) -> Vec<Entry> {
    seqs.map(|seq| Entry::new(seq, seq.to_string().as_str()))
        .collect()
}

fn fresh(items: u32) -> Queue {
    Queue::new(terms(3), entries(0..items), Vec::new())
}

fn judged(again: Vec<Chunk>, sky: Sky) -> Judgement {
    Judgement {
        again,
        sky,
        error: "cut off.".into(),
        ..Judgement::default()
    }
}

fn close(queue: &mut Queue, chunk: &Chunk, mut judgement: Judgement, now: Duration) {
    queue.close(Closing::from(chunk), &mut judgement, now);
}

/// The lost chunk as its repeat.
fn repeat(chunk: &Chunk) -> Chunk {
    let mut next = Chunk {
        purpose: CallPurpose::Repeat,
        lost: chunk.lost + 1,
        ..chunk.clone()
    };
    for entry in &mut next.entries {
        *entry = entry.clone().in_doubt(Doubt::Lost, "cut off");
    }
    next
}

#[test]
fn new_items_leave_in_order_and_in_chunks() {
    let mut queue = fresh(7);
    let mut sizes = Vec::new();
    let mut seqs = Vec::new();
    let mut chunks = Vec::new();
    while let Some(chunk) = queue.take(Duration::ZERO) {
        sizes.push(chunk.entries.len());
        seqs.extend(chunk.seqs());
        chunks.push(chunk);
    }
    assert_eq!((sizes, seqs), (vec![3, 3, 1], (0..7).collect()));
    assert_eq!((queue.in_flight(), queue.peek(SECOND)), (3, Next::Idle));
    for chunk in &chunks {
        close(&mut queue, chunk, Judgement::default(), SECOND);
    }
    assert_eq!(queue.peek(SECOND), Next::Over);
    assert!(queue.take_left().is_empty());
}

#[test]
fn a_lost_call_waits_while_others_go_on() {
    let mut queue = fresh(6);
    let first = queue.take(Duration::ZERO).unwrap();
    close(
        &mut queue,
        &first,
        judged(vec![repeat(&first)], Sky::Lost),
        Duration::ZERO,
    );
    let second = queue.take(Duration::ZERO).unwrap();
    assert_eq!(
        (second.purpose, second.seqs()),
        (CallPurpose::Send, vec![3, 4, 5])
    );
    close(&mut queue, &second, Judgement::default(), Duration::ZERO);
    assert_eq!(queue.peek(Duration::ZERO), Next::Wait(SECOND));
    let again = queue.take(SECOND).unwrap();
    assert_eq!(
        (again.purpose, again.seqs()),
        (CallPurpose::Repeat, vec![0, 1, 2])
    );
}

#[test]
fn in_bad_weather_one_call_tries_alone() {
    let mut queue = fresh(9);
    let mut now = Duration::ZERO;
    let mut chunk = queue.take(now).unwrap();
    for _ in 0..2 {
        close(
            &mut queue,
            &chunk,
            judged(vec![repeat(&chunk)], Sky::Lost),
            now,
        );
        now += 8 * SECOND;
        chunk = queue.take(now).unwrap();
    }
    assert_eq!(chunk.purpose, CallPurpose::Repeat);
    assert_eq!(queue.peek(now), Next::Idle, "the others wait for it");
    close(&mut queue, &chunk, Judgement::default(), now);
    assert_eq!(queue.peek(now), Next::Ready);
}

#[test]
fn a_service_that_wants_us_to_wait_halts_after_its_rounds() {
    let mut queue = fresh(4);
    let mut now = Duration::ZERO;
    for wait in [1, 2] {
        let chunk = queue.take(now).unwrap();
        close(
            &mut queue,
            &chunk,
            judged(vec![chunk.clone()], Sky::Closed),
            now,
        );
        assert_eq!(queue.peek(now), Next::Wait(now + wait * SECOND));
        now += wait * SECOND;
    }
    let chunk = queue.take(now).unwrap();
    close(
        &mut queue,
        &chunk,
        judged(vec![chunk.clone()], Sky::Closed),
        now,
    );
    assert_eq!(queue.peek(now), Next::Over);
    assert!(queue.reason().contains("cut off."), "{}", queue.reason());
    let left = queue.take_left();
    assert_eq!(left.len(), 4);
    assert!(
        left.iter().all(|entry| !entry.open),
        "nothing left the machine"
    );
}

#[test]
fn where_sends_fail_and_reads_work_the_doubtful_are_still_read() {
    let mut queue = fresh(6);
    let mut now = Duration::ZERO;
    let mut chunk = queue.take(now).unwrap();
    for _ in 0..3 {
        close(
            &mut queue,
            &chunk,
            judged(vec![repeat(&chunk)], Sky::Lost),
            now,
        );
        now += 8 * SECOND;
        match queue.take(now) {
            Some(next) => chunk = next,
            None => panic!("{:?}", queue.peek(now)),
        }
    }
    assert_eq!(chunk.purpose, CallPurpose::Reread);
    let mut not_done = Judgement {
        resend: chunk.entries.clone(),
        ..Judgement::default()
    };
    queue.close(Closing::from(&chunk), &mut not_done, now);
    for _ in 0..2 {
        let read = queue.take(now).unwrap();
        assert_eq!(read.purpose, CallPurpose::Reread);
        close(&mut queue, &read, Judgement::default(), now);
    }
    now += queue.terms.pace.last_look;
    let look = queue.take(now).unwrap();
    assert_eq!((look.last, look.seqs()), (true, vec![0]));
    let mut not_done = Judgement {
        resend: look.entries.clone(),
        ..Judgement::default()
    };
    queue.close(Closing::from(&look), &mut not_done, now);
    assert_eq!(queue.peek(now), Next::Over);
    let seqs: Vec<_> = queue.take_left().iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [0, 3, 4, 5]);
}

#[test]
fn an_earlier_run_is_settled_before_anything_new() {
    let mut queue = Queue::new(terms(3), entries(4..6), entries(0..4));
    let first = queue.take(Duration::ZERO).unwrap();
    let second = queue.take(Duration::ZERO).unwrap();
    assert_eq!(
        (first.purpose, first.seqs()),
        (CallPurpose::Repeat, vec![0, 1, 2])
    );
    assert_eq!(second.seqs(), [3]);
    assert_eq!(queue.peek(Duration::ZERO), Next::Idle);
    close(&mut queue, &first, Judgement::default(), Duration::ZERO);
    let reads = second.clone().into_rereads();
    close(
        &mut queue,
        &second,
        judged(reads, Sky::Fine),
        Duration::ZERO,
    );
    let read = queue.take(Duration::ZERO).unwrap();
    assert_eq!(
        (read.purpose, queue.peek(Duration::ZERO)),
        (CallPurpose::Reread, Next::Idle)
    );
    close(&mut queue, &read, Judgement::default(), Duration::ZERO);
    assert_eq!(queue.take(Duration::ZERO).unwrap().seqs(), [4, 5]);
}

#[test]
fn an_unrepeatable_service_is_read_item_by_item() {
    let terms = Terms {
        repeatable: false,
        ..terms(3)
    };
    let mut queue = Queue::new(terms, Vec::new(), entries(0..2));
    let calls: Vec<_> = std::iter::from_fn(|| queue.take(Duration::ZERO)).collect();
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|call| call.purpose == CallPurpose::Reread));
}

#[test]
fn items_sent_again_go_in_smaller_calls() {
    let mut queue = Queue::new(terms(100), Vec::new(), Vec::new());
    let sizes = |queue: &mut Queue, sends: u8| {
        let seed = Chunk::new(CallPurpose::Reread, Vec::new());
        let mut resend = entries(0..60);
        resend.iter_mut().for_each(|entry| entry.sends = sends);
        let mut judgement = Judgement {
            resend,
            ..Judgement::default()
        };
        queue.in_flight += 1;
        queue.close(Closing::from(&seed), &mut judgement, Duration::ZERO);
        let calls: Vec<_> = std::iter::from_fn(|| queue.take(Duration::ZERO)).collect();
        calls
            .iter()
            .for_each(|chunk| close(queue, chunk, Judgement::default(), Duration::ZERO));
        calls
            .iter()
            .map(|chunk| chunk.entries.len())
            .collect::<Vec<_>>()
    };
    assert_eq!(sizes(&mut queue, 0), [60]);
    assert_eq!(sizes(&mut queue, 1), [25, 25, 10]);
    assert_eq!(sizes(&mut queue, 2), [1; 60]);
}

#[test]
fn a_shut_queue_lets_nothing_leave_and_loses_nothing() {
    let mut queue = fresh(6);
    let chunk = queue.take(Duration::ZERO).unwrap();
    queue.shut();
    assert_eq!((queue.take(SECOND), queue.peek(SECOND)), (None, Next::Idle));
    close(
        &mut queue,
        &chunk,
        judged(vec![repeat(&chunk)], Sky::Lost),
        SECOND,
    );
    assert_eq!((queue.peek(SECOND), queue.reason()), (Next::Over, ""));
    let left = queue.take_left();
    let open: Vec<_> = left.iter().map(|entry| entry.open).collect();
    assert_eq!(open, [true, true, true, false, false, false]);
}

#[test]
fn what_is_not_written_holds_every_call_until_it_is() {
    let mut queue = fresh(6);
    let sent = queue.take(Duration::ZERO).unwrap();
    queue.unwritten("the disk is full", Some(sent.epoch), Duration::ZERO);
    // Others that left with it tell nothing new.
    queue.unwritten("the disk is full", Some(sent.epoch), Duration::ZERO);
    close(
        &mut queue,
        &sent,
        judged(Vec::new(), Sky::Unseen),
        Duration::ZERO,
    );
    assert_eq!(queue.peek(Duration::ZERO), Next::Wait(SECOND));
    let away = queue.away().unwrap();
    assert_eq!(
        (away.cause, away.why.as_str()),
        (Cause::Ledger, "the disk is full")
    );
    queue.written();
    assert_eq!(
        (queue.peek(Duration::ZERO), queue.away()),
        (Next::Ready, None)
    );
}

#[test]
fn what_is_not_written_for_too_long_halts_and_a_stop_ends_it_at_once() {
    let outage = Pace::default().outage;
    let mut queue = fresh(6);
    for now in [Duration::ZERO, outage / 2, outage] {
        assert_eq!(queue.reason(), "");
        queue.unwritten("the disk is full.", None, now);
    }
    assert_eq!((queue.peek(outage), queue.away()), (Next::Over, None));
    let words = "for 30 minutes. The last trouble: the disk is full. Make room for the ledger, then continue";
    assert!(queue.reason().contains(words), "{}", queue.reason());

    let mut queue = fresh(6);
    queue.unwritten("the disk is full", None, Duration::ZERO);
    queue.stop(Duration::ZERO);
    assert_eq!(
        (queue.peek(Duration::ZERO), queue.reason()),
        (Next::Over, "")
    );
    assert_eq!(queue.take_left().len(), 6);
}

#[test]
fn the_first_reason_stays() {
    let mut queue = fresh(1);
    queue.halt("keys");
    queue.halt("disk");
    assert_eq!(queue.reason(), "keys");
}

#[test]
fn after_a_stop_the_doubtful_are_read_and_nothing_is_sent() {
    let mut queue = fresh(9);
    let lost = queue.take(Duration::ZERO).unwrap();
    let put_back = queue.take(Duration::ZERO).unwrap();
    close(
        &mut queue,
        &lost,
        judged(vec![repeat(&lost)], Sky::Lost),
        Duration::ZERO,
    );
    queue.stop(Duration::ZERO);
    close(
        &mut queue,
        &put_back,
        judged(vec![put_back.clone()], Sky::Unseen),
        Duration::ZERO,
    );
    let reads: Vec<_> = std::iter::from_fn(|| queue.take(2 * SECOND)).collect();
    let told: Vec<_> = reads
        .iter()
        .map(|read| (read.purpose, read.seqs()))
        .collect();
    let expected = [0, 1, 2].map(|seq| (CallPurpose::Reread, vec![seq]));
    assert_eq!(told, expected);
    for read in &reads {
        close(&mut queue, read, Judgement::default(), 2 * SECOND);
    }
    assert_eq!((queue.peek(2 * SECOND), queue.reason()), (Next::Over, ""));
    assert_eq!(queue.take_left().len(), 6);
}

#[test]
fn what_was_lost_and_found_not_done_is_looked_at_once_more_after_a_stop() {
    let mut queue = fresh(3);
    let lost = queue.take(Duration::ZERO).unwrap();
    queue.stop(Duration::ZERO);
    let again = judged(vec![repeat(&lost)], Sky::Lost);
    close(&mut queue, &lost, again, Duration::ZERO);
    let mut now = 2 * SECOND;
    for last in [false, true] {
        let reads: Vec<_> = std::iter::from_fn(|| queue.take(now)).collect();
        assert_eq!(reads.len(), 3);
        for read in reads {
            assert_eq!((read.purpose, read.last), (CallPurpose::Reread, last));
            let not_done = Judgement {
                resend: vec![Entry {
                    open: false,
                    ..read.entries[0].clone()
                }],
                ..Judgement::default()
            };
            close(&mut queue, &read, not_done, now);
        }
        now += terms(3).pace.last_look;
    }
    assert_eq!(queue.peek(now), Next::Over);
    let left = queue.take_left();
    assert_eq!(left.len(), 3);
    assert!(left.iter().all(|entry| !entry.open));
}

#[test]
fn what_was_lost_and_looked_at_once_stays_open_where_nothing_leaves_any_more() {
    let mut queue = fresh(3);
    let lost = queue.take(Duration::ZERO).unwrap();
    let again = judged(vec![repeat(&lost)], Sky::Lost);
    close(&mut queue, &lost, again, Duration::ZERO);
    let looked = queue.take(2 * SECOND).unwrap();
    queue.halt("the keys were refused");
    let not_done = Judgement {
        resend: looked.entries.clone(),
        ..Judgement::default()
    };
    close(&mut queue, &looked, not_done, 2 * SECOND);
    assert!(queue.take_left().iter().all(|entry| entry.open));
}
