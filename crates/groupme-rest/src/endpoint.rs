//! The calls that are known, by what they are about.
//!
//! Each is a function that makes a [`Call`](crate::Call); nothing is asked before a client
//! [calls](crate::Client::call) it. Sources: `dev.groupme.com/docs/v3`, the community's
//! documentation, and what GroupMe's own clients were seen to do.

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

/// Which part of a list that comes in numbered pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// Which page; the first is 1.
    pub page: Option<u32>,
    /// How many there are on a page. Default: GroupMe's own, 10 groups or 20 chats.
    pub per_page: Option<u32>,
}

impl Page {
    /// A page of a list.
    pub fn new(page: u32, per_page: u32) -> Self {
        Self {
            page: Some(page),
            per_page: Some(per_page),
        }
    }
}

impl<T> crate::Call<T> {
    fn numbered(self, page: Page) -> Self {
        self.query_if("page", page.page)
            .query_if("per_page", page.per_page)
    }
}
