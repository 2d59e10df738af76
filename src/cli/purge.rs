//! `delete --purge`: the addresses before the delete, and the job that purges them after it.

use crate::job::{Engine, find_addresses, purge_owed};
use crate::model::{JobSummary, PlanItem};

use super::out::{Failure, note};
use super::run::run;
use super::source::Project;

/// Refuses a service that has no purging.
pub fn allow(project: &Project) -> Result<(), Failure> {
    match project.service.can().purges_a_month {
        Some(_) => Ok(()),
        None => Err(Failure::usage(format!(
            "{} has no way to purge its delivery network.",
            project.profile.service
        ))),
    }
}

/// Finds out where the items are delivered, while they are there to be asked about.
pub async fn prepare(project: &Project, items: &mut [PlanItem]) {
    find_addresses(&*project.service, items).await;
}

/// Runs the purge that a delete asked for, once the delete is over. The status of both together.
pub async fn follow(
    engine: &Engine,
    deleted: &JobSummary,
    code: u8,
) -> Result<(Option<JobSummary>, u8), Failure> {
    let Some(plan) = purge_owed(&engine.ledger, deleted)? else {
        return Ok((None, code));
    };
    note(format_args!(
        "Job {} has ended; purging what it deleted.",
        deleted.id
    ));
    let job = engine.start(&plan).await?;
    let (purged, own) = run(engine, job, None).await?;
    Ok((Some(purged), code.max(own)))
}
