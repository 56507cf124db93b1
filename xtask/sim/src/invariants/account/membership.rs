//! A user's membership in a group, and whether the program can know of it.

/// A membership, as the user has it and as the program can know it.
///
/// A user who joins a group and leaves it while nothing is pushed, before a list shows the group,
/// leaves no trace in REST. What was said in between is no loss that a program could report.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Membership {
    pub(super) is_member: bool,
    /// Whether the program has had a sign of the group since the user was last outside: the group
    /// in a list, or a message of it.
    is_known: bool,
    /// The first message that the user could not read after leaving. What came before is no sign
    /// that the user is back, however late it comes.
    left_before: u64,
    /// The first message of the latest membership.
    joined: u64,
    /// The first message of a membership that is not known.
    unknown_since: Option<u64>,
}

impl Membership {
    /// The user joins; `next` is above every message so far.
    pub(super) fn join(&mut self, next: u64) {
        self.is_member = true;
        self.joined = next;
        self.unknown_since = (!self.is_known).then_some(next);
    }

    /// The user leaves. Returns the first message of the membership, if the program cannot know
    /// that there was one.
    pub(super) fn leave(&mut self, next: u64) -> Option<u64> {
        self.is_member = false;
        self.left_before = next;
        self.unknown_since.take()
    }

    /// The lists were read to their end, for the first time or again. A group that was left since
    /// the last time is known until its loss is reported.
    pub(super) fn list(&mut self, is_first: bool) {
        if self.is_member {
            self.know();
        } else if is_first {
            self.is_known = false;
        }
    }

    /// A message of the group reaches the program.
    pub(super) fn see(&mut self, message: u64) {
        if message >= self.left_before {
            self.know();
        }
    }

    /// The program reports the end of the membership. If the user has joined again meanwhile, the
    /// program does not know yet.
    pub(super) fn report_end(&mut self) {
        self.is_known = false;
        self.unknown_since = self.is_member.then_some(self.joined);
    }

    /// The program starts without memory.
    pub(super) fn forget(&mut self, next: u64) {
        self.is_known = false;
        self.unknown_since = self.is_member.then_some(next);
    }

    const fn know(&mut self) {
        self.is_known = true;
        self.unknown_since = None;
    }
}
