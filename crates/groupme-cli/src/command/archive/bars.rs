//! Progress of an archive on a terminal.

use core::time::Duration;

use groupme_archive::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::{chain, escape_control};

/// Bar on stderr with rate and remaining time. Shows nothing unless stderr is a terminal.
#[derive(Debug)]
pub(super) struct Bars {
    bar: ProgressBar,
    conversations: usize,
    /// Number of the current conversation, from 1.
    number: usize,
    name: String,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Messages,
    Media,
}

impl Bars {
    pub(super) fn new(conversations: usize) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.enable_steady_tick(TICK);
        Self {
            bar,
            conversations,
            number: 0,
            name: String::new(),
            phase: Phase::Messages,
        }
    }

    pub(super) fn show(&mut self, step: &Progress<'_>) {
        match step {
            Progress::Started {
                info,
                archived,
                counted,
            } => {
                self.number += 1;
                let name = info.name.as_deref().unwrap_or(info.id.as_str());
                self.name = escape_control(name).chars().take(NAME).collect();
                self.begin(Phase::Messages, *archived, *counted);
            }
            Progress::Messages { archived, counted } => {
                if let Some(counted) = counted {
                    self.bar.set_length((*counted).max(*archived));
                }
                self.bar.set_message("");
                self.bar.set_position(*archived);
            }
            Progress::Rechecking => self.bar.set_message("reading the newest again"),
            Progress::Media { done, total, bytes } => {
                if self.phase != Phase::Media {
                    self.begin(Phase::Media, 0, Some(*total));
                }
                self.bar.set_message(format!("{} kB", bytes / 1000));
                self.bar.set_position(*done);
            }
            Progress::Waiting { error, wait } => {
                let reason = chain(*error);
                let reason = escape_control(&reason);
                self.bar
                    .set_message(format!("waiting {} s: {reason}", wait.as_secs()));
            }
            _ => {}
        }
    }

    /// Clears the bar, so that a line can be printed.
    pub(super) fn end(&mut self) {
        self.bar.set_style(ProgressStyle::default_spinner());
        self.bar.set_message("");
        self.bar.finish_and_clear();
    }

    fn begin(&mut self, phase: Phase, position: u64, length: Option<u64>) {
        self.phase = phase;
        self.bar.reset();
        let unit = match phase {
            Phase::Messages => "messages",
            Phase::Media => "media",
        };
        let template = if length.is_some() {
            format!(
                "{{prefix}} {{wide_bar}} {{pos}}/{{len}} {unit}, {{per_sec}}, {{eta}} left {{msg}}"
            )
        } else {
            format!("{{prefix}} {{spinner}} {{pos}} {unit}, {{per_sec}} {{msg}}")
        };
        if let Ok(style) = ProgressStyle::with_template(&template) {
            self.bar.set_style(style);
        }
        let (number, all) = (self.number, self.conversations);
        self.bar.set_prefix(format!("{number}/{all} {}", self.name));
        match length {
            Some(length) => self.bar.set_length(length.max(position)),
            None => self.bar.unset_length(),
        }
        self.bar.set_position(position);
        // Earlier runs say nothing about the rate of this one.
        self.bar.reset_eta();
    }
}

const TICK: Duration = Duration::from_millis(200);
/// Characters of a name that are shown.
const NAME: usize = 24;
