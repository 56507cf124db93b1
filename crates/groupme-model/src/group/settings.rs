//! How a group is set.

use crate::macros::model;

model! {
    /// What those who want to join a group are asked.
    pub struct JoinQuestion as JoinQuestionRef {
        /// What sort of question it is, such as `join_reason/questions/text`.
        kind: text as "type",
        /// The question.
        text: text,
    }
}

model! {
    /// Which notices a group wants to see.
    pub struct NoticeSettings as NoticeSettingsRef {
        /// Whether it wants all of them.
        all_notifications: flag,
        /// By what they are about, who gets them.
        categories: object(NoticeCategories, NoticeCategoriesRef),
    }
}

model! {
    /// Who gets notices: roles such as `member`, `admin`, `creator`, `host`.
    pub struct NoticeCategories as NoticeCategoriesRef {
        /// About albums.
        albums: maybe_texts,
        /// About events of the calendar.
        events: maybe_texts,
        /// About members who come and go.
        join_leave: maybe_texts,
    }
}

model! {
    /// What bots may do in a group.
    pub struct BotSettings as BotSettingsRef {
        /// What the assistant may do.
        copilot: object(CopilotSettings, CopilotSettingsRef),
    }
}

model! {
    /// What the assistant may do in a group.
    pub struct CopilotSettings as CopilotSettingsRef {
        /// Who may ask it.
        message_permission: text,
    }
}
