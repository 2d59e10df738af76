//! What can go wrong with one try, and how it is told to a person.

use std::error::Error;
use std::time::Duration;

use crate::model::Time;
use crate::service::{CallMeta, ErrorKind, ServiceError};

use super::tries::Happened;
use super::{Answer, Intent};

/// A try without a usable answer.
#[derive(Debug)]
pub(super) struct Fault {
    /// For the decision whether to try again.
    pub(super) happened: Happened,
    /// The service's clock, if it answered at all.
    pub(super) server_time: Option<Time>,
    what: What,
    words: Option<String>,
}

#[derive(Debug)]
enum What {
    Unbuilt(ServiceError),
    Unreachable(String),
    Silent,
    Cut(String),
    Redirect(u16),
    TooLarge(usize),
    Throttled,
    Failed(u16),
    Page,
    Broken,
}

impl Fault {
    fn new(happened: Happened, what: What) -> Self {
        Self {
            happened,
            server_time: None,
            what,
            words: None,
        }
    }

    /// The request could not be built.
    pub(super) fn unbuilt(error: ServiceError) -> Self {
        Self::new(Happened::Hopeless, What::Unbuilt(error))
    }

    /// The HTTP library gave up.
    pub(super) fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_builder() {
            let told = ServiceError::new(
                ErrorKind::Config,
                format!(
                    "The request could not be built: {}. Check the profile's address and keys",
                    causes(&error)
                ),
            );
            Self::unbuilt(told)
        } else if error.is_connect() {
            Self::new(Happened::Unreachable, What::Unreachable(causes(&error)))
        } else if error.is_timeout() {
            Self::new(Happened::TimedOut, What::Silent)
        } else {
            Self::new(Happened::Cut, What::Cut(causes(&error)))
        }
    }

    /// A redirect: no API answers so, and a signature would not survive it.
    pub(super) fn redirect(status: u16) -> Self {
        Self::new(Happened::Hopeless, What::Redirect(status))
    }

    /// The body is larger than any answer should be.
    pub(super) fn too_large(most: usize) -> Self {
        Self::new(Happened::Hopeless, What::TooLarge(most))
    }

    /// 429.
    pub(super) fn throttled(wait: Option<Duration>, words: Option<String>) -> Self {
        Self {
            words,
            ..Self::new(Happened::Throttled(wait), What::Throttled)
        }
    }

    /// A 5xx or 408.
    pub(super) fn failed(status: u16, wait: Option<Duration>, words: Option<String>) -> Self {
        Self {
            words,
            ..Self::new(Happened::ServerFailed(wait), What::Failed(status))
        }
    }

    /// A good status with a body that is not JSON: an answer of the API that came broken, or none of the API.
    pub(super) fn garbled(answer: &Answer) -> Self {
        let first = answer.body.trim_ascii_start().first();
        let of_api = answer.content_type.ends_with("json") || matches!(first, Some(b'{' | b'['));
        if of_api || answer.body.is_empty() {
            Self::new(Happened::Cut, What::Broken)
        } else {
            Self::new(Happened::Garbled, What::Page)
        }
    }

    /// The same fault with the service's clock.
    pub(super) fn at(self, server_time: Option<Time>) -> Self {
        Self {
            server_time,
            ..self
        }
    }

    /// Whether the request left this machine.
    pub(super) fn left(&self) -> bool {
        !matches!(self.what, What::Unbuilt(_) | What::Unreachable(_))
    }

    /// The error that the caller gets when there are no tries left.
    pub(super) fn into_error(self, intent: Intent, host: &str, meta: CallMeta) -> ServiceError {
        let (kind, message) = match self.what {
            What::Unbuilt(error) => return ServiceError { meta, ..error },
            What::Unreachable(why) => (ErrorKind::Unreachable, unreachable(host, &why)),
            What::Silent => (ErrorKind::Lost, format!("{host} did not answer in time")),
            What::Cut(why) => (
                ErrorKind::Lost,
                format!("The connection to {host} broke before the answer was there: {why}"),
            ),
            What::Throttled => (
                ErrorKind::Throttled,
                format!(
                    "{host} still gets too many requests after {} tries. Try again later",
                    meta.throttled
                ),
            ),
            What::Failed(status) => (
                ErrorKind::Lost,
                format!("{host} failed with status {status}"),
            ),
            What::Broken => (ErrorKind::Lost, format!("{host} sent a broken answer")),
            What::Redirect(status) => (
                ErrorKind::NotTheService,
                format!(
                    "{host} redirects (status {status}); the API never does. Check the API base and the proxy"
                ),
            ),
            What::TooLarge(most) => (
                lost_or_wrong(intent),
                format!(
                    "{host} sent more than {} in one answer; it was not read further",
                    crate::model::size::bytes(most as u64)
                ),
            ),
            What::Page => (
                lost_or_wrong(intent),
                format!(
                    "{host} answered with something that is not of the API, such as a web page. Check the API base and the proxy"
                ),
            ),
        };
        ServiceError {
            kind,
            message,
            words: self.words,
            meta,
            server_time: self.server_time,
        }
    }
}

/// A write whose answer makes no sense may have been done all the same.
fn lost_or_wrong(intent: Intent) -> ErrorKind {
    match intent {
        Intent::Write => ErrorKind::Lost,
        Intent::Read | Intent::Picture => ErrorKind::NotTheService,
    }
}

/// Why no client could be made.
pub(super) fn no_client(error: &reqwest::Error) -> ServiceError {
    let causes = causes(error);
    let message = if causes.contains("CA certificates") {
        "This computer has no CA certificates, so no secure connection can be checked. \
         Install the package ca-certificates"
            .to_owned()
    } else {
        format!("The network library could not start: {causes}")
    };
    ServiceError::new(ErrorKind::Config, message)
}

fn unreachable(host: &str, why: &str) -> String {
    let next = if why.contains("certificate") {
        "Its certificate is not trusted here: check the address, the clock, and the proxy's certificate"
    } else if why.contains("dns") || why.contains("lookup") {
        "Its name could not be resolved: check the network and the address"
    } else {
        "Check the network and the address"
    };
    format!("{host} could not be reached ({why}). {next}")
}

/// The causes below an error, outermost first, each said once.
fn causes(error: &dyn Error) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
        next = cause.source();
    }
    if said.is_empty() {
        said.push(error.to_string());
    }
    said.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(fault: Fault, intent: Intent) -> ErrorKind {
        fault
            .into_error(intent, "api.example", CallMeta::default())
            .kind
    }

    #[test]
    fn meanings() {
        type Make = fn() -> Fault;
        let cases: [(Make, ErrorKind, ErrorKind); 6] = [
            (
                || Fault::redirect(301),
                ErrorKind::NotTheService,
                ErrorKind::NotTheService,
            ),
            (
                || Fault::too_large(1),
                ErrorKind::NotTheService,
                ErrorKind::Lost,
            ),
            (
                || Fault::throttled(None, None),
                ErrorKind::Throttled,
                ErrorKind::Throttled,
            ),
            (
                || Fault::failed(503, None, None),
                ErrorKind::Lost,
                ErrorKind::Lost,
            ),
            (
                || Fault::new(Happened::Garbled, What::Page),
                ErrorKind::NotTheService,
                ErrorKind::Lost,
            ),
            (
                || Fault::new(Happened::Garbled, What::Broken),
                ErrorKind::Lost,
                ErrorKind::Lost,
            ),
        ];
        for (number, (make, read, write)) in cases.into_iter().enumerate() {
            assert_eq!(kind(make(), Intent::Read), read, "read, case {number}");
            assert_eq!(kind(make(), Intent::Write), write, "write, case {number}");
        }
    }

    #[test]
    fn only_what_left_counts_as_a_try() {
        let config = ServiceError::new(ErrorKind::Config, "no");
        assert!(!Fault::unbuilt(config).left());
        assert!(!Fault::new(Happened::Unreachable, What::Unreachable(String::new())).left());
        assert!(Fault::redirect(302).left());
    }
}
