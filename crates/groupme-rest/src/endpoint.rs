//! Known endpoints, by subject.
//!
//! Each function returns a [`Call`](crate::Call), which does nothing until it is passed to
//! [`Client::call`](crate::Client::call). Sources: `dev.groupme.com/docs/v3`, the community's
//! documentation of the API, and recordings of GroupMe's own clients.
//!
//! Ids are taken owned, borrowed or as views from an event; a conversation by any of its ids (see
//! [`Conversation`](crate::Conversation)). "You" is the user of the token.

pub mod blocks;
pub mod bots;
pub mod calendar;
pub mod chats;
pub mod directories;
pub mod gallery;
pub mod groups;
pub mod members;
pub mod messages;
pub mod pins;
pub mod polls;
pub mod reactions;
pub mod receipts;
pub mod relationships;
pub mod topics;
pub mod uploads;
pub mod users;

/// Page of a list that GroupMe numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// Number of the page, from 1. Default: 1.
    pub page: Option<u32>,
    /// Maximum number of elements on the page. Default: GroupMe's, 10 groups or 20 chats.
    pub per_page: Option<u32>,
}

impl Page {
    /// Returns a page by its number, from 1, and its size.
    pub fn new(page: u32, per_page: u32) -> Self {
        Self {
            page: Some(page),
            per_page: Some(per_page),
        }
    }
}

impl<T> crate::Call<T> {
    fn page(self, page: Page) -> Self {
        self.query_if("page", page.page)
            .query_if("per_page", page.per_page)
    }
}
