//! Film strips of clips, to look at.

use std::fmt::Write;

use super::Sample;
use super::camera::PICTURE;
use crate::skeleton::{FRAME_COUNT, Joint, Skeleton};

/// Joints that a bone connects, and the bone's colour.
const BONES: [(Joint, Joint, &str); 14] = [
    (Joint::Head, Joint::Neck, MIDDLE),
    (Joint::Neck, Joint::Pelvis, MIDDLE),
    (Joint::Neck, Joint::LeftShoulder, LEFT),
    (Joint::LeftShoulder, Joint::LeftElbow, LEFT),
    (Joint::LeftElbow, Joint::LeftWrist, LEFT),
    (Joint::Neck, Joint::RightShoulder, RIGHT),
    (Joint::RightShoulder, Joint::RightElbow, RIGHT),
    (Joint::RightElbow, Joint::RightWrist, RIGHT),
    (Joint::Pelvis, Joint::LeftHip, LEFT),
    (Joint::LeftHip, Joint::LeftKnee, LEFT),
    (Joint::LeftKnee, Joint::LeftAnkle, LEFT),
    (Joint::Pelvis, Joint::RightHip, RIGHT),
    (Joint::RightHip, Joint::RightKnee, RIGHT),
    (Joint::RightKnee, Joint::RightAnkle, RIGHT),
];
const MIDDLE: &str = "black";
const LEFT: &str = "crimson";
const RIGHT: &str = "royalblue";
const FRAMES_SHOWN: usize = 11;
/// Pixels of the drawing a pixel of the clip, and between two frames.
const SCALE: f64 = 0.4;
const GAP: f64 = 4.0;
const LEGEND: f64 = 50.0;

/// An SVG picture with a row of frames, evenly chosen, for each clip. Left limbs are red, right limbs blue.
#[must_use]
pub fn film_strips(samples: &[Sample]) -> String {
    let [width, height] = PICTURE.map(|pixels| pixels * SCALE);
    let picture_width = LEGEND + FRAMES_SHOWN as f64 * (width + GAP);
    let picture_height = samples.len() as f64 * (height + GAP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {picture_width} {picture_height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (row, sample) in samples.iter().enumerate() {
        let top = row as f64 * (height + GAP);
        svg += &format!("<text x=\"4\" y=\"{:.1}\">{}</text>\n", top + height / 2.0, sample.class);
        for column in 0..FRAMES_SHOWN {
            let left = LEGEND + column as f64 * (width + GAP);
            let frame = &sample.frames[column * (FRAME_COUNT - 1) / (FRAMES_SHOWN - 1)];
            svg += &format!(
                "<svg x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width}\" height=\"{height}\" \
                 viewBox=\"0 0 {} {}\">\n<rect width=\"100%\" height=\"100%\" fill=\"none\" stroke=\"gray\"/>\n",
                PICTURE[0], PICTURE[1]
            );
            draw(&mut svg, frame);
            svg += "</svg>\n";
        }
    }
    svg + "</svg>\n"
}

fn draw(svg: &mut String, skeleton: &Skeleton) {
    // Writing to a string cannot fail.
    for (from, to, colour) in BONES {
        if let (Some(from), Some(to)) = (skeleton[from], skeleton[to]) {
            let line = format!("M{:.1} {:.1}L{:.1} {:.1}", from.x, from.y, to.x, to.y);
            let _ = writeln!(svg, "<path d=\"{line}\" stroke=\"{colour}\" stroke-width=\"3\"/>");
        }
    }
    for (_, found) in skeleton.detected() {
        let _ = writeln!(svg, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\"/>", found.x, found.y);
    }
}
