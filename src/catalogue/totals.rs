//! Files and bytes for each state, kept while rows come, change and go.

use crate::model::FileState;

/// How many files, and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Files.
    pub files: u64,
    /// Bytes. Saturates: a service may claim anything.
    pub bytes: u64,
}

impl Sum {
    /// The sum with one more file.
    pub fn with(self, size: u64) -> Self {
        Self {
            files: self.files + 1,
            bytes: self.bytes.saturating_add(size),
        }
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            files: self.files + other.files,
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}

/// Files and bytes for each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// As `u128`, so that taking a file out is exact whatever sizes were claimed.
    bytes: [u128; 4],
    files: [u64; 4],
}

impl Totals {
    /// What one state adds up to.
    pub fn of(&self, state: FileState) -> Sum {
        let place = state as usize;
        Sum {
            files: self.files[place],
            bytes: u64::try_from(self.bytes[place]).unwrap_or(u64::MAX),
        }
    }

    /// Files that exist: stored, unstored or processing.
    pub fn existing(&self) -> Sum {
        [FileState::Unstored, FileState::Processing]
            .into_iter()
            .fold(self.of(FileState::Stored), |sum, state| {
                sum.plus(self.of(state))
            })
    }

    /// Files of all states.
    pub fn all(&self) -> Sum {
        self.existing().plus(self.of(FileState::Removed))
    }

    pub(super) fn add(&mut self, state: FileState, size: u64) {
        self.files[state as usize] += 1;
        self.bytes[state as usize] += u128::from(size);
    }

    pub(super) fn take(&mut self, state: FileState, size: u64) {
        self.files[state as usize] -= 1;
        self.bytes[state as usize] -= u128::from(size);
    }

    pub(super) fn join(&mut self, other: &Self) {
        for place in 0..4 {
            self.files[place] += other.files[place];
            self.bytes[place] += other.bytes[place];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_sizes_come_and_go_without_a_trace() {
        let mut totals = Totals::default();
        totals.add(FileState::Stored, u64::MAX);
        totals.add(FileState::Stored, 5);
        totals.add(FileState::Removed, 7);
        assert_eq!(totals.existing().bytes, u64::MAX);
        totals.take(FileState::Stored, u64::MAX);
        assert_eq!(totals.existing(), Sum { files: 1, bytes: 5 });
        let all = Sum {
            files: 2,
            bytes: 12,
        };
        assert_eq!(totals.all(), all);
    }
}
