//! Taking the pages of a listing while it runs.

use tokio::sync::mpsc;

use super::{Page, ServiceError};

/// Runs a listing and takes its pages as they come; `ahead` of them may wait to be taken.
///
/// # Errors
/// As the listing ends. The pages that came before are taken.
pub async fn each_page<T, L>(
    ahead: usize,
    list: impl FnOnce(mpsc::Sender<Page<T>>) -> L,
    mut take: impl FnMut(Page<T>),
) -> Result<(), ServiceError>
where
    L: Future<Output = Result<(), ServiceError>>,
{
    let (sender, mut pages) = mpsc::channel(ahead);
    let taking = async {
        while let Some(page) = pages.recv().await {
            take(page);
        }
    };
    tokio::join!(list(sender), taking).0
}
