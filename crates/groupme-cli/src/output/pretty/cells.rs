//! Rows of tables.

use groupme_model::{
    Attachment, Bot, Chat, Group, Member, Poll, PollOptionId, Topic, group::GroupMessages,
    member::Role,
};

use super::{Pretty, message::content};
use crate::{
    output::{
        Row,
        table::Column,
        text::{Style, Text},
    },
    profile::Profile,
};

/// Returns the columns of a row's table and the cells of the row; `None` for a row of another kind.
pub(super) fn of(row: &Row<'_>, pretty: &Pretty) -> Option<(&'static [Column], Vec<Text>)> {
    Some(match row {
        Row::Chat(chat) => (CHATS, chat_cells(chat, pretty).into()),
        Row::Group(group) => (GROUPS, group_cells(group, pretty).into()),
        Row::Member(member) => (MEMBERS, member_cells(member).into()),
        Row::Topic(topic) => (TOPICS, topic_cells(topic, pretty).into()),
        Row::Poll(poll) => (POLLS, poll_cells(poll, pretty).into()),
        Row::Bot(bot) => (BOTS, bot_cells(bot).into()),
        Row::Profile(name, profile) => (PROFILES, profile_cells(name, profile).into()),
        _ => return None,
    })
}

const CHATS: &[Column] = &[
    Column::fixed("LAST"),
    Column::fixed("USER"),
    Column::text("NAME"),
    Column::text("MESSAGE"),
];

fn chat_cells(chat: &Chat, pretty: &Pretty) -> [Text; 4] {
    let other = chat.other_user.as_ref();
    let id = other.and_then(|user| user.id.as_ref());
    let name = other.and_then(|user| user.name.as_deref());
    let last = chat.last_message.as_ref();
    let mut line = Text::default();
    if let Some(message) = last {
        let author = message.name.as_deref().unwrap_or("somebody");
        line.push(&format!("{author}: "), Style::Plain);
        line.append(content(message));
    }
    [
        faint(&pretty.date(last.and_then(|message| message.created_at))),
        Text::plain(id.map_or("?", |id| id.as_str())),
        bold(name.unwrap_or("somebody")),
        line,
    ]
}

const GROUPS: &[Column] = &[
    Column::fixed("LAST"),
    Column::fixed("GROUP"),
    Column::text("NAME"),
    Column::text("MESSAGE"),
];

fn group_cells(group: &Group, pretty: &Pretty) -> [Text; 4] {
    let messages = group.messages.as_ref();
    [
        faint(&pretty.date(messages.and_then(|messages| messages.last_message_created_at))),
        Text::plain(group.id.as_str()),
        bold(group.name.as_deref().unwrap_or("(no name)")),
        preview(messages),
    ]
}

/// Returns the last message of a group or topic.
fn preview(messages: Option<&GroupMessages>) -> Text {
    let preview = messages.and_then(|messages| messages.preview.as_ref());
    let line = preview.map_or_else(String::new, |preview| {
        let author = preview.nickname.as_deref().unwrap_or("somebody");
        let text = preview.text.iter().map(String::as_str);
        let attached = preview.attachments.iter().map(Attachment::kind);
        let words: Vec<_> = text.chain(attached).collect();
        format!("{author}: {}", words.join(" "))
    });
    Text::plain(&line)
}

const TOPICS: &[Column] = &[
    Column::fixed("LAST"),
    Column::fixed("TOPIC"),
    Column::text("NAME"),
    Column::text("MESSAGE"),
];

fn topic_cells(topic: &Topic, pretty: &Pretty) -> [Text; 4] {
    let messages = topic.messages.as_ref();
    [
        faint(&pretty.date(messages.and_then(|messages| messages.last_message_created_at))),
        Text::plain(topic.id.as_str()),
        bold(topic.topic.as_deref().unwrap_or("(no name)")),
        preview(messages),
    ]
}

const MEMBERS: &[Column] = &[
    Column::fixed("USER"),
    Column::text("NAME"),
    Column::fixed("ROLES"),
    Column::fixed("MEMBERSHIP"),
];

fn member_cells(member: &Member) -> [Text; 4] {
    let name = member.nickname.as_deref().or(member.name.as_deref());
    let roles: Vec<_> = member.roles.iter().flatten().map(Role::as_str).collect();
    [
        Text::plain(member.user_id.as_ref().map_or("?", |id| id.as_str())),
        bold(name.unwrap_or("somebody")),
        Text::plain(&roles.join(" ")),
        faint(member.id.as_ref().map_or("?", |id| id.as_str())),
    ]
}

const POLLS: &[Column] = &[
    Column::fixed("POLL"),
    Column::fixed("STATUS"),
    Column::fixed("ENDS"),
    Column::text("QUESTION"),
    Column::text("OPTIONS"),
];

fn poll_cells(poll: &Poll, pretty: &Pretty) -> [Text; 5] {
    let data = &poll.data;
    let own = |id: &PollOptionId| {
        poll.user_vote.as_ref() == Some(id) || poll.user_votes.iter().flatten().any(|own| own == id)
    };
    let options: Vec<_> = data
        .options
        .iter()
        .flatten()
        .map(|option| {
            let title = option.title.as_deref().unwrap_or("?");
            let votes = option.votes.unwrap_or(0);
            let own = if option.id.as_ref().is_some_and(own) {
                "*"
            } else {
                ""
            };
            format!("{title} {votes}{own}")
        })
        .collect();
    let status = data.status.as_ref().map_or("?", |status| status.as_str());
    [
        Text::plain(data.id.as_str()),
        Text::plain(status),
        faint(&pretty.date(data.expiration)),
        bold(data.subject.as_deref().unwrap_or("?")),
        Text::plain(&options.join(", ")),
    ]
}

const BOTS: &[Column] = &[
    Column::fixed("BOT"),
    Column::text("NAME"),
    Column::fixed("GROUP"),
    Column::text("GROUP NAME"),
    Column::text("CALLBACK"),
];

fn bot_cells(bot: &Bot) -> [Text; 5] {
    [
        Text::plain(bot.bot_id.as_str()),
        bold(bot.name.as_deref().unwrap_or("(no name)")),
        Text::plain(bot.group_id.as_ref().map_or("?", |id| id.as_str())),
        Text::plain(bot.group_name.as_deref().unwrap_or_default()),
        Text::plain(bot.callback_url.as_deref().unwrap_or_default()),
    ]
}

const PROFILES: &[Column] = &[
    Column::text("PROFILE"),
    Column::fixed("USER"),
    Column::text("NAME"),
    Column::text("API"),
];

fn profile_cells(name: &str, profile: &Profile) -> [Text; 4] {
    [
        bold(name),
        Text::plain(profile.user_id.as_str()),
        Text::plain(profile.name.as_deref().unwrap_or("somebody")),
        Text::plain(profile.api_url.as_deref().unwrap_or("GroupMe")),
    ]
}

fn faint(text: &str) -> Text {
    let mut faint = Text::default();
    faint.push(text, Style::Faint);
    faint
}

fn bold(text: &str) -> Text {
    let mut bold = Text::default();
    bold.push(text, Style::Bold);
    bold
}
