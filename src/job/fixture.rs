//! Plans for the tests of this room.

use crate::model::{Account, ItemId, Plan, PlanItem, ProfileId, ServiceKind, Source, Verb};

pub fn id(n: usize) -> ItemId {
    ItemId::new(format!("{n:08x}-0000-4000-8000-000000000000"))
}

pub fn source() -> Source {
    Source {
        service: ServiceKind::Uploadcare,
        profile: ProfileId("profile".into()),
        profile_name: "Shop".into(),
        account: Account {
            name: "shop".into(),
            key: "shop-key".into(),
        },
        api_base: "http://127.0.0.1:1".into(),
    }
}

pub fn plan(verb: Verb, items: Vec<PlanItem>) -> Plan {
    Plan::new(verb, source(), items)
}
