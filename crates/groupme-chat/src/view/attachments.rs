//! Descriptions of attachments.

use groupme_client::model::{Attachment, Message};

use crate::text;

/// Returns description and URL of each attachment, except those that belong to the text: reply,
/// mentions and emoji.
pub(crate) fn lines(message: &Message) -> Vec<(String, Option<String>)> {
    message.attachments.iter().filter_map(line).collect()
}

fn line(attachment: &Attachment) -> Option<(String, Option<String>)> {
    let (name, url) = match attachment {
        Attachment::Reply(_)
        | Attachment::Mentions(_)
        | Attachment::Emoji(_)
        | Attachment::Postprocessing(_) => {
            return None;
        }
        Attachment::Image(image)
        | Attachment::LinkedImage(image)
        | Attachment::ImageEdited(image) => {
            let url = image.url.as_deref().unwrap_or_default();
            (format!("picture{}", size(url)), image.url.clone())
        }
        Attachment::Video(video) => ("video".to_owned(), video.url.clone()),
        Attachment::Audio(audio) => ("sound".to_owned(), audio.url.clone()),
        Attachment::File(file) => {
            let id = file
                .file_id
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            (format!("file {id}"), None)
        }
        Attachment::Location(location) => {
            let name = location.name.as_deref().unwrap_or_default();
            (format!("place {name}"), None)
        }
        Attachment::Poll(_) => ("poll".to_owned(), None),
        Attachment::CalendarEvent(_) => ("calendar event".to_owned(), None),
        other => (other.kind().to_owned(), None),
    };
    Some((text::line(&name).into_owned(), url))
}

/// Returns the size in the name of a picture, where GroupMe's image service puts it.
fn size(url: &str) -> String {
    let name = url.rsplit('/').next().unwrap_or_default();
    let size = name.split('.').next().unwrap_or_default();
    let is_size = size.split_once('x').is_some_and(|(width, height)| {
        let mut digits = width.bytes().chain(height.bytes());
        !width.is_empty() && !height.is_empty() && digits.all(|digit| digit.is_ascii_digit())
    });
    if is_size {
        format!(" {}", size.replace('x', "×"))
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_picture_is_in_its_name() {
        assert_eq!(
            size("https://i.groupme.com/1024x768.jpeg.4f1c"),
            " 1024×768"
        );
        assert_eq!(size("https://i.groupme.com/x.jpeg"), "");
        assert_eq!(size(""), "");
    }
}
