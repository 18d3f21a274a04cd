//! Colours, each for light and for dark surroundings.
//!
//! Shapes carry the light colour as an attribute, so that a picture looks right on its own. The page maps these attributes
//! to variables, which is why no two entries may share their light colour.

use std::fmt::Write as _;

use plotters::style::RGBColor;

/// A colour by its purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) struct Hue {
    name: &'static str,
    light: u32,
    dark: u32,
}

impl Hue {
    const fn new(name: &'static str, light: u32, dark: u32) -> Self {
        Self { name, light, dark }
    }

    /// The colour that shapes carry.
    pub(super) fn rgb(self) -> RGBColor {
        let [_, red, green, blue] = self.light.to_be_bytes();
        RGBColor(red, green, blue)
    }
}

/// Text, and marks that belong to no series.
pub(super) const INK: Hue = Hue::new("ink", 0x1C_20_26, 0xE8_E6_E1);
/// Text of less weight.
pub(super) const MUTED: Hue = Hue::new("muted", 0x5B_63_6E, 0xA3_A9_B2);
/// Lines across a chart.
pub(super) const GRID: Hue = Hue::new("grid", 0xD9_DD_E2, 0x3A_40_49);
/// The surroundings.
pub(super) const PAPER: Hue = Hue::new("paper", 0xFF_FF_FF, 0x16_19_1D);
/// A cell of a matrix that has all of its row.
pub(super) const HEAT: Hue = Hue::new("heat", 0x0B_5F_A5, 0x1F_6F_B5);
/// Text on [`HEAT`].
pub(super) const HEAT_TEXT: Hue = Hue::new("heat-text", 0xFF_FF_FE, 0xFF_FF_FE);

/// Colours of series, in an order in which neighbours differ for everyone.
///
/// - source: Okabe and Ito, "Color universal design", 2008, without black and yellow, which vanish on one of the two
///   surroundings; a grey comes last.
pub(super) const SERIES: [Hue; 7] = [
    Hue::new("series-1", 0x00_72_B2, 0x3D_93_D6),
    Hue::new("series-2", 0xE6_9F_00, 0xE6_9F_01),
    Hue::new("series-3", 0x00_9E_73, 0x1F_B5_8B),
    Hue::new("series-4", 0xCC_79_A7, 0xD9_8D_B8),
    Hue::new("series-5", 0x56_B4_E9, 0x96_D2_F7),
    Hue::new("series-6", 0xD5_5E_00, 0xE8_71_1F),
    Hue::new("series-7", 0x8A_90_99, 0x9A_A0_A8),
];

/// What only the page uses.
const PAGE: [Hue; 5] = [
    Hue::new("link", 0x0B_57_94, 0x7C_B7_EC),
    Hue::new("soft", 0xF4_F5_F7, 0x20_24_2A),
    Hue::new("line", 0xDF_E2_E6, 0x39_3F_48),
    Hue::new("warning", 0xFF_F6_E0, 0x33_2A_14),
    Hue::new("warning-line", 0xD9_97_00, 0xC7_8F_1C),
];

/// The colour of a series; from the eighth on they repeat, with another texture.
pub(super) fn series(index: usize) -> Hue {
    SERIES[index % SERIES.len()]
}

/// Hues that pictures use.
fn drawn() -> impl Iterator<Item = Hue> {
    [INK, MUTED, GRID, PAPER, HEAT, HEAT_TEXT].into_iter().chain(SERIES)
}

/// Variables for all colours, and rules that map the attributes of shapes to them.
pub(in crate::report) fn style_sheet() -> String {
    let mut text = String::from(":root{");
    let mut supported = String::from("@supports (color:light-dark(#000,#fff)){:root{");
    for Hue { name, light, dark } in drawn().chain(PAGE) {
        let _ = write!(text, "--{name}:#{light:06X};");
        let _ = write!(supported, "--{name}:light-dark(#{light:06X},#{dark:06X});");
    }
    text = format!("{text}}}\n{supported}}}}}\n");
    for Hue { name, light, .. } in drawn() {
        for property in ["fill", "stroke"] {
            let _ = writeln!(text, ".chart [{property}=\"#{light:06X}\"]{{{property}:var(--{name})}}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance.
    ///
    /// - source: Web Content Accessibility Guidelines 2.2.
    fn luminance(color: u32) -> f64 {
        let [_, red, green, blue] = color.to_be_bytes().map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(a: u32, b: u32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_shape_can_be_told_by_its_light_colour() {
        let hues: Vec<Hue> = drawn().collect();
        for (index, a) in hues.iter().enumerate() {
            assert!(hues[..index].iter().all(|b| a.light != b.light && a.name != b.name), "{a:?}");
        }
    }

    #[test]
    fn text_and_shapes_stand_out_in_light_and_dark() {
        for (hue, ratio) in [(INK, 12.0), (MUTED, 5.0)] {
            assert!(contrast(hue.light, PAPER.light) > ratio && contrast(hue.dark, PAPER.dark) > ratio, "{hue:?}");
        }
        for hue in SERIES {
            // Fills have outlines or lie next to nothing else; 2 is enough to see them.
            assert!(contrast(hue.light, PAPER.light) > 2.0 && contrast(hue.dark, PAPER.dark) > 3.0, "{hue:?}");
        }
        assert!(contrast(HEAT.light, HEAT_TEXT.light) > 4.5 && contrast(HEAT.dark, HEAT_TEXT.dark) > 4.5);
        let soft = PAGE[1];
        assert!(contrast(INK.light, soft.light) > 12.0 && contrast(INK.dark, soft.dark) > 12.0);
        let warning = PAGE[3];
        assert!(contrast(INK.light, warning.light) > 7.0 && contrast(INK.dark, warning.dark) > 7.0);
    }

    #[test]
    fn the_style_sheet_maps_fills_and_strokes() {
        let sheet = style_sheet();
        assert!(sheet.contains("--ink:light-dark(#1C2026,#E8E6E1)"), "{sheet}");
        assert!(sheet.contains(".chart [stroke=\"#0072B2\"]{stroke:var(--series-1)}"), "{sheet}");
    }
}
