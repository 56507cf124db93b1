//! Tables of all requests; the `OpenAPI` document is made from the same tables.

mod actions;
mod faults;
mod waits;

use super::{
    Control, Outcome,
    fields::Field,
    shapes::{self, Shape},
};

/// Method and path of a request, with its meaning.
pub(super) struct Route {
    pub(super) method: &'static str,
    /// Path below `/sim/v1`, with `{name}` for each argument.
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) query: &'static [Field],
    pub(super) body: &'static [Field],
    /// Status and form of the answer.
    pub(super) answer: (u16, &'static Shape),
    pub(super) handle: fn(&mut Control<'_>, &[&str]) -> Outcome,
}

impl Route {
    /// Sets status and form of the answer. Default: 200 and an empty object.
    const fn answers(mut self, status: u16, shape: &'static Shape) -> Self {
        self.answer = (status, shape);
        self
    }

    /// Returns the arguments in a path, if the path is that of the route.
    pub(super) fn matches<'p>(&self, path: &[&'p str]) -> Option<Vec<&'p str>> {
        let mut arguments = Vec::new();
        let mut parts = self.path.split('/').filter(|part| !part.is_empty());
        for segment in path {
            let part = parts.next()?;
            if part.starts_with('{') {
                arguments.push(*segment);
            } else if part != *segment {
                return None;
            }
        }
        parts.next().is_none().then_some(arguments)
    }
}

const fn get(
    path: &'static str,
    summary: &'static str,
    query: &'static [Field],
    handle: fn(&mut Control<'_>, &[&str]) -> Outcome,
) -> Route {
    Route {
        method: "GET",
        path,
        summary,
        query,
        body: &[],
        answer: (200, &shapes::NOTHING),
        handle,
    }
}

const fn send(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    body: &'static [Field],
    handle: fn(&mut Control<'_>, &[&str]) -> Outcome,
) -> Route {
    Route {
        method,
        path,
        summary,
        query: &[],
        body,
        answer: (200, &shapes::NOTHING),
        handle,
    }
}

const fn delete(
    path: &'static str,
    summary: &'static str,
    query: &'static [Field],
    handle: fn(&mut Control<'_>, &[&str]) -> Outcome,
) -> Route {
    Route {
        method: "DELETE",
        path,
        summary,
        query,
        body: &[],
        answer: (200, &shapes::NOTHING),
        handle,
    }
}

/// Returns all requests, in the order of the document.
pub(super) fn all() -> impl Iterator<Item = &'static Route> {
    [actions::ROUTES, faults::ROUTES, waits::ROUTES]
        .into_iter()
        .flatten()
}
