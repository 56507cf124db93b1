//! State of comparing a conversation with REST.

use groupme_model::MessageId;

use crate::message_state::Aspect;

/// Comparison of what was delivered with REST's messages, to find changes that were not pushed.
#[derive(Debug, Default)]
pub(crate) enum Comparison {
    /// No messages, and so no changes, were missed since the last comparison.
    #[default]
    Current,
    /// Changes may have been missed.
    Due,
    /// Requested. Changes pushed since the request are newer than its response.
    Running {
        touched: Touched,
        /// Whether changes may have been missed since the request.
        is_due_again: bool,
    },
}

impl Comparison {
    /// Notes that changes may have been missed.
    pub(crate) fn mark_due(&mut self) {
        match self {
            Self::Current | Self::Due => *self = Self::Due,
            Self::Running { is_due_again, .. } => *is_due_again = true,
        }
    }

    /// Returns whether changes may have been missed since the last comparison was requested.
    pub(crate) fn is_due(&self) -> bool {
        match self {
            Self::Current => false,
            Self::Due => true,
            Self::Running { is_due_again, .. } => *is_due_again,
        }
    }

    /// Begins a comparison. Returns false if one is running, whose response may be too old: another
    /// is due then.
    pub(crate) fn begin(&mut self) -> bool {
        if let Self::Running { is_due_again, .. } = self {
            *is_due_again = true;
            return false;
        }
        *self = Self::Running {
            touched: Touched::default(),
            is_due_again: false,
        };
        true
    }

    /// Ends the running comparison. Returns whether another is due.
    pub(crate) fn end(&mut self) -> bool {
        let is_due = self.is_due();
        *self = if is_due { Self::Due } else { Self::Current };
        is_due
    }

    /// Forgets that changes may have been missed.
    pub(crate) fn mark_current(&mut self) {
        match self {
            Self::Current | Self::Due => *self = Self::Current,
            Self::Running { is_due_again, .. } => *is_due_again = false,
        }
    }

    /// Notes that a push changed an aspect of a message.
    pub(crate) fn mark_touched(&mut self, message: &MessageId, aspect: Aspect) {
        if let Self::Running { touched, .. } = self
            && !touched.has(message, aspect)
        {
            touched.0.push((message.clone(), aspect));
        }
    }

    /// Returns what pushes changed since the request.
    pub(crate) fn touched(&self) -> &Touched {
        const NOTHING: &Touched = &Touched(Vec::new());
        match self {
            Self::Running { touched, .. } => touched,
            Self::Current | Self::Due => NOTHING,
        }
    }
}

/// Aspects of messages that pushes changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Touched(Vec<(MessageId, Aspect)>);

impl Touched {
    /// Returns whether a push changed this aspect of a message.
    pub(crate) fn has(&self, message: &MessageId, aspect: Aspect) -> bool {
        let is_it = |(other, of): &(MessageId, Aspect)| other == message && *of == aspect;
        self.0.iter().any(is_it)
    }
}
