//! Lists in pages, as streams of their elements.

use core::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};
use std::collections::{BTreeSet, VecDeque};

use futures_core::{FusedStream, Stream};
use groupme_model::{Chat, Group, GroupId, Member};

use crate::{
    Call, CallName, Client, Error,
    endpoint::{Page, chats, groups, members},
};

impl Client {
    /// Returns all groups of the account, most recent first, without their members.
    ///
    /// ```no_run
    /// # async fn names(client: groupme_rest::Client) -> Result<(), groupme_rest::Error> {
    /// let mut groups = client.groups();
    /// while let Some(group) = groups.next().await {
    ///     println!("{}", group?.name.unwrap_or_default());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn groups(&self) -> List<Group> {
        let key = |group: &Group| Some(group.id.to_string());
        List::new(self, groups::list_without_members, key, LARGE_PAGE)
    }

    /// Returns all groups of the account, most recent first, with their members. Groups may have
    /// thousands, so the pages are small.
    pub fn groups_with_members(&self) -> List<Group> {
        let key = |group: &Group| Some(group.id.to_string());
        List::new(self, groups::list, key, SMALL_PAGE)
    }

    /// Returns all direct conversations of the account, most recent first.
    pub fn chats(&self) -> List<Chat> {
        let key = |chat: &Chat| Some(chat.other_user.as_ref()?.id.as_ref()?.to_string());
        List::new(self, chats::list, key, LARGE_PAGE)
    }

    /// Returns the members of a group. GroupMe has them in one answer.
    pub fn members(&self, group: impl Into<GroupId>) -> List<Member> {
        let group = group.into();
        let key = |member: &Member| Some(member.id.as_ref()?.to_string());
        let call = move |_| members::list(&group);
        let mut list = List::new(self, call, key, LARGE_PAGE);
        list.is_one_answer = true;
        list
    }
}

/// Stream of the elements of a list, page by page.
///
/// Each element comes once, although an element that moves to the front between two requests moves
/// others to the next page. If an answer cannot be read as a whole, because of its size or of something
/// in an element, smaller pages are requested, down to one element. An element that cannot be read by
/// itself is an error, and the next poll continues with the element after it. A smaller page without
/// elements is the error of the larger page, and the end of the list. After any other error, the next poll
/// requests the same page again. A
/// list of more than 20,000 elements ends with [`Error::Endless`].
#[must_use = "a list does nothing unless it is polled"]
pub struct List<T> {
    client: Client,
    call: Box<dyn Fn(Page) -> Call<Vec<T>> + Send + Sync>,
    key: fn(&T) -> Option<String>,
    seen: BTreeSet<String>,
    buffer: VecDeque<T>,
    /// Number of the next page, from 1, and its size.
    next: Option<(u32, u32)>,
    /// Size of the first page.
    largest: u32,
    is_one_answer: bool,
    /// Number of consecutive pages without a new element.
    stale: u32,
    found: usize,
    /// Error of a page that could not be read as a whole, until the answer to a smaller one.
    unread: Option<Error>,
    request: Option<PageFuture<T>>,
}

type PageFuture<T> = Pin<Box<dyn Future<Output = Result<Vec<T>, Error>> + Send>>;

impl<T: Unpin + Send + 'static> List<T> {
    fn new(
        client: &Client,
        call: impl Fn(Page) -> Call<Vec<T>> + Send + Sync + 'static,
        key: fn(&T) -> Option<String>,
        per_page: u32,
    ) -> Self {
        Self {
            client: client.clone(),
            call: Box::new(call),
            key,
            seen: BTreeSet::new(),
            buffer: VecDeque::new(),
            next: Some((1, per_page)),
            largest: per_page,
            is_one_answer: false,
            stale: 0,
            found: 0,
            unread: None,
            request: None,
        }
    }

    /// Waits for the next element. `None` at the end. Cancel-safe.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Waits for all elements.
    ///
    /// # Errors
    ///
    /// The error of the stream.
    pub async fn all(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        while let Some(element) = self.next().await {
            all.push(element?);
        }
        Ok(all)
    }

    fn name(&self) -> CallName {
        self.client.shown_name(&(self.call)(Page::default()))
    }

    fn handle_page(&mut self, (page, per_page): (u32, u32), elements: Vec<T>) {
        let is_empty = elements.is_empty();
        let mut has_new = false;
        for element in elements {
            // An element without an id cannot be told from another one, and proves no progress.
            let is_wanted = match (self.key)(&element) {
                Some(key) => {
                    let is_new = self.seen.insert(key);
                    has_new |= is_new;
                    is_new
                }
                None => true,
            };
            if is_wanted {
                self.buffer.push_back(element);
                self.found = self.found.saturating_add(1);
            }
        }
        // Pages without new elements are the end; a short page need not be. All elements of one small
        // page, and of small pages up to the size of the first page, may have moved from earlier pages.
        self.stale = if has_new {
            0
        } else {
            self.stale.saturating_add(1)
        };
        let is_old = self.stale.saturating_mul(per_page) >= self.largest;
        self.next = if is_empty || is_old || self.is_one_answer {
            None
        } else {
            Some((page.saturating_add(1), per_page))
        };
    }

    /// Divides a page: the next page begins with the same element and is smaller. Returns false if the page
    /// has one element already.
    fn divide(&mut self, (page, per_page): (u32, u32)) -> bool {
        let divisor = match per_page {
            0 | 1 => return false,
            even if even.is_multiple_of(2) => 2,
            other => other,
        };
        let before = page.saturating_sub(1).saturating_mul(divisor);
        let per_page = per_page.checked_div(divisor).unwrap_or(1);
        self.next = Some((before.saturating_add(1), per_page));
        !self.is_one_answer
    }
}

impl<T: Unpin + Send + 'static> Stream for List<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(element) = this.buffer.pop_front() {
                return Poll::Ready(Some(Ok(element)));
            }
            let Some(page) = this.next else {
                return Poll::Ready(None);
            };
            if this.found > MAX_ELEMENTS {
                this.next = None;
                let (call, limit) = (this.name(), MAX_ELEMENTS);
                return Poll::Ready(Some(Err(Error::Endless { call, limit })));
            }
            let request = this.request.get_or_insert_with(|| {
                let (client, call) = (this.client.clone(), (this.call)(Page::new(page.0, page.1)));
                Box::pin(async move { client.call(&call).await })
            });
            let answer = ready!(request.as_mut().poll(context));
            this.request = None;
            let unread = this.unread.take();
            match answer {
                // The page that could not be read had some: this is not the end.
                Ok(elements) if elements.is_empty() && unread.is_some() => {
                    this.next = None;
                    return Poll::Ready(unread.map(Err));
                }
                Ok(elements) => this.handle_page(page, elements),
                Err(error) => {
                    let may_fit_smaller = matches!(
                        error,
                        Error::Unreadable { .. } | Error::CutOff { .. } | Error::Oversize { .. }
                    );
                    if !may_fit_smaller || this.is_one_answer {
                        return Poll::Ready(Some(Err(error)));
                    }
                    if !this.divide(page) {
                        // This element cannot be read: the next poll continues after it.
                        this.next = Some((page.0.saturating_add(1), page.1));
                        this.found = this.found.saturating_add(1);
                        return Poll::Ready(Some(Err(error)));
                    }
                    tracing::debug!(per_page = page.1, %error, "requesting smaller pages");
                    this.unread = Some(error);
                }
            }
        }
    }
}

impl<T: Unpin + Send + 'static> FusedStream for List<T> {
    fn is_terminated(&self) -> bool {
        self.next.is_none() && self.buffer.is_empty()
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("found", &self.found)
            .finish_non_exhaustive()
    }
}

/// Elements of a page whose elements are small.
const LARGE_PAGE: u32 = 100;
/// Elements of a page of groups with their members.
const SMALL_PAGE: u32 = 20;
/// Maximum number of elements of a list, more than accounts have.
const MAX_ELEMENTS: usize = 20_000;
