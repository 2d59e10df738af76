//! How much of its plan an account has used.

use super::Time;
use super::size::count;

/// What an account has used, as of a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// What is counted: `render credits`.
    pub what: &'static str,
    /// How much is used.
    pub used: u64,
    /// How much there is; `None` where the service sets or tells no bound.
    pub quota: Option<u64>,
    /// The plan's name as the service writes it; may be empty.
    pub plan: String,
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

    /// `5,330 of 10,000 render credits used`.
    pub fn words(&self) -> String {
        format!("{} {} used", self.numbers(), self.what)
    }

    fn numbers(&self) -> String {
        let used = count(self.used);
        match self.quota {
            Some(quota) => format!("{used} of {}", count(quota)),
            None => used,
        }
    }

    /// `Scale plan`; empty where the service names none.
    pub fn plan_words(&self) -> String {
        match self.plan.as_str() {
            "" => String::new(),
            plan => format!("{plan} plan"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_is_known() {
        let usage = |used, quota, plan: &str| Usage {
            what: "render credits",
            used,
            quota,
            plan: plan.to_owned(),
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
    }
}
