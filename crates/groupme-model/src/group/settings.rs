//! Settings of a group.

use crate::macros::model;

model! {
    /// Question for users who want to join a group.
    pub struct JoinQuestion as JoinQuestionRef {
        /// Type of the question, such as `join_reason/questions/text`.
        kind: text as "type",
        /// Text of the question.
        text: text,
    }
}

model! {
    /// Settings of a group's system messages.
    pub struct NoticeSettings as NoticeSettingsRef {
        /// Whether all system messages are shown.
        all_notifications: flag,
        /// Roles that see the system messages of each category.
        categories: object(NoticeCategories, NoticeCategoriesRef),
    }
}

model! {
    /// Roles that see system messages, by category; such as `member`, `admin`, `creator`, `host`.
    pub struct NoticeCategories as NoticeCategoriesRef {
        /// Roles that see system messages about albums.
        albums: optional_texts,
        /// Roles that see system messages about calendar events.
        events: optional_texts,
        /// Roles that see system messages about joining and leaving.
        join_leave: optional_texts,
    }
}

model! {
    /// Settings of bots in a group.
    pub struct BotSettings as BotSettingsRef {
        /// Settings of the Copilot assistant.
        copilot: object(CopilotSettings, CopilotSettingsRef),
    }
}

model! {
    /// Settings of the Copilot assistant in a group.
    pub struct CopilotSettings as CopilotSettingsRef {
        /// Role that may send messages to the assistant.
        message_permission: text,
    }
}
