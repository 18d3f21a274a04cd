//! From numbers to places along an axis, and which of them are marked.

use super::words;
use crate::report::{
    document::{Axis, Scale, Unit},
    format,
};

/// Nothing beyond this can be drawn, nor anything closer to 0 where equal factors are equal distances. No measurement
/// comes near, and differences and ratios of what is within cannot overflow.
const LARGEST: f64 = 1e100;

/// Values that differ by less than this part of themselves are drawn as equal: ticks could not tell them apart.
const EQUAL: f64 = 1e-6;

/// Whether a value has a place on an axis.
pub(super) fn drawable(scale: Scale, value: f64) -> bool {
    let positive = scale == Scale::Linear || value > 1.0 / LARGEST;
    value.is_finite() && value.abs() < LARGEST && positive
}

/// What an axis has to show besides the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Bars start here: at 0, or a power of ten below all values.
    Bars,
    /// 0 if it is not far, and whole steps.
    Steps,
    /// Nothing but a little room.
    Tight,
}

/// A marked number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// Numbers along an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ruler {
    scale: Scale,
    low: f64,
    high: f64,
    /// Ascending.
    pub(super) ticks: Vec<Tick>,
    /// Numbers between ticks that show how they are spaced.
    pub(super) between: Vec<f64>,
}

impl Ruler {
    /// An axis that shows all values, with at most about `room` ticks.
    pub(super) fn new(axis: &Axis, values: &[f64], base: Base, room: usize) -> Self {
        let values = values.iter().copied().filter(|&value| drawable(axis.scale, value));
        let extent = values.fold(None, |extent, value| {
            let (low, high) = extent.unwrap_or((value, value));
            Some((value.min(low), value.max(high)))
        });
        let room = room.clamp(2, 12);
        match axis.scale {
            Scale::Linear => Self::linear(&axis.unit, extent.unwrap_or((0.0, 1.0)), base, room),
            Scale::Log => Self::factors(axis, 10.0, extent.unwrap_or((1.0, 10.0)), base, room),
            Scale::Log2 => Self::factors(axis, 2.0, extent.unwrap_or((1.0, 8.0)), base, room),
        }
    }

    /// An axis across `length` pixels whose labels of that size do not touch.
    pub(super) fn across(axis: &Axis, values: &[f64], base: Base, length: f64, size: f64) -> Self {
        let fits = |ruler: &Self| {
            ruler.ticks.windows(2).all(|pair| {
                let [a, b] = [&pair[0], &pair[1]].map(|tick| (tick, words::width(&tick.label, size)));
                length * (ruler.share(b.0.value) - ruler.share(a.0.value)) >= (a.1 + b.1) / 2.0 + size
            })
        };
        let rulers = (2..=10).rev().map(|room| Self::new(axis, values, base, room));
        let mut last = None;
        for ruler in rulers {
            if fits(&ruler) {
                return ruler;
            }
            last = Some(ruler);
        }
        // Only the ends, if even two neighbours touch.
        let mut ruler = last.unwrap_or_else(|| Self::new(axis, values, base, 2));
        while ruler.ticks.len() > 1 && !fits(&ruler) {
            ruler.ticks.remove(1);
        }
        ruler
    }

    /// Where a value is, from 0 at the lower end to 1 at the upper; what lies beyond is put at the end.
    pub(super) fn share(&self, value: f64) -> f64 {
        let [low, value, high] = [self.low, value, self.high].map(|value| match self.scale {
            Scale::Linear => value,
            Scale::Log | Scale::Log2 => value.max(1.0 / LARGEST).ln(),
        });
        ((value - low) / (high - low)).clamp(0.0, 1.0)
    }

    /// Where bars start.
    pub(super) fn base(&self) -> f64 {
        if self.scale == Scale::Linear { 0.0_f64.clamp(self.low, self.high) } else { self.low }
    }

    /// Whether a value is drawn.
    pub(super) fn shows(&self, value: f64) -> bool {
        drawable(self.scale, value)
    }

    /// The width of the widest label.
    pub(super) fn widest(&self, size: f64) -> f64 {
        words::widest(self.ticks.iter().map(|tick| &*tick.label), size)
    }

    fn linear(unit: &Unit, (mut low, mut high): (f64, f64), base: Base, room: usize) -> Self {
        if base == Base::Bars || (base == Base::Steps && low >= 0.0 && low < 0.6 * high) {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        let largest = low.abs().max(high.abs());
        if high - low <= EQUAL * largest {
            let margin = if largest > 0.0 { 0.1 * largest } else { 1.0 };
            low -= if low == 0.0 { 0.0 } else { margin };
            high += margin;
        }
        let step = round_step((high - low) / room as f64);
        if base == Base::Tight {
            let margin = 0.03 * (high - low);
            (low, high) = (low - margin, high + margin);
        } else {
            (low, high) = ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step);
        }
        let values = multiples(step, low, high);
        // As many digits as tell neighbours apart.
        let digits = 3.max(whole(largest.max(step).log10().floor() - step.log10().floor()) + 2);
        let reference = high.abs().max(low.abs());
        let powers = has_powers(unit, reference, reference);
        let label = |value| if powers { format::power(value) } else { unit.tick(value, reference, digits) };
        let ticks = values.into_iter().map(|value| Tick { value, label: label(value) });
        Self { scale: Scale::Linear, low, high, ticks: ticks.collect(), between: Vec::new() }
    }

    /// `radix` is 2 or 10: powers of it are what is marked if there are enough.
    fn factors(axis: &Axis, radix: f64, (mut low, mut high): (f64, f64), base: Base, room: usize) -> Self {
        let log = |value: f64| if radix == 2.0 { value.log2() } else { value.log10() };
        if high <= low * (1.0 + EQUAL) {
            (low, high) = (low / radix.sqrt(), high * radix.sqrt());
        }
        let margin = (high / low).powf(0.04);
        high *= margin;
        // A bar for the least value has to have some length.
        low = if base == Base::Bars { radix.powf(log(low / 1.2).floor()) } else { low / margin };
        let powers: Vec<f64> = (whole_signed(log(low).floor())..=whole_signed(log(high).ceil()))
            .map(|exponent| radix.powi(exponent))
            .filter(|power| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(power))
            .collect();
        let times = |factors: &[f64]| -> Vec<f64> {
            let below = radix.powf(log(low).floor());
            let all = std::iter::once(below).chain(powers.iter().copied().filter(|power| *power > below * 1.5));
            let all = all.flat_map(|power| factors.iter().map(move |factor| factor * power));
            all.filter(|value| (low..=high).contains(value)).collect()
        };
        let mut between = Vec::new();
        let values = if powers.len() >= 3 {
            let every = powers.len().div_ceil(room + 1);
            // Counted from the largest: for most readers this is the more interesting end.
            let kept = |index: usize| (powers.len() - 1 - index).is_multiple_of(every);
            between.extend(powers.iter().enumerate().filter(|(index, _)| !kept(*index)).map(|(_, power)| *power));
            if radix == 10.0 && powers.len() <= 3 {
                between.extend(times(&[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]));
            }
            powers.iter().enumerate().filter(|(index, _)| kept(*index)).map(|(_, power)| *power).collect()
        } else {
            let all = times(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
            let candidates = [times(&[1.0, 2.0, 5.0]), times(&[1.0, 3.0]), powers.clone()];
            match candidates.into_iter().find(|values| (2..=room + 1).contains(&values.len())) {
                Some(values) if radix == 10.0 => {
                    between.extend(all.into_iter().filter(|value| !values.contains(value)));
                    values
                }
                _ => multiples(round_step((high - low) / room as f64), low, high),
            }
        };
        // Ticks of different sizes have their own prefixes: 1 ms, 10 ms, 1 s. Bare numbers have none, and are of one kind.
        let powers_only = has_powers(&axis.unit, low, high);
        let label = |value: f64| {
            if powers_only { format::power(value) } else { axis.unit.tick(value, value * (1.0 + 1e-9), 4) }
        };
        let ticks = values.into_iter().map(|value| Tick { value, label: label(value) });
        Self { scale: axis.scale, low, high, ticks: ticks.collect(), between }
    }
}

/// Whether numbers from one to another are better written as powers of ten, all of them.
fn has_powers(unit: &Unit, low: f64, high: f64) -> bool {
    matches!(unit, Unit::None | Unit::Named(_)) && (low < 1e-4 || high >= 1e9)
}

/// The least of 1, 2 and 5 times a power of ten that is not below `step`.
fn round_step(step: f64) -> f64 {
    let power = 10.0_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= step * (1.0 - 1e-9)).unwrap_or(10.0);
    factor * power
}

/// Multiples of `step` between two numbers.
fn multiples(step: f64, low: f64, high: f64) -> Vec<f64> {
    let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
    // Whoever chose the step meant to have a dozen.
    (0..=whole((last - first).min(50.0))).map(|index| (first + index as f64) * step).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn whole(value: f64) -> usize {
    value as usize
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
fn whole_signed(value: f64) -> i32 {
    value as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ruler: &Ruler) -> Vec<&str> {
        ruler.ticks.iter().map(|tick| &*tick.label).collect()
    }

    #[test]
    fn bars_start_at_zero_and_steps_are_round() {
        let axis = Axis::linear("time", Unit::Seconds);
        let ruler = Ruler::new(&axis, &[0.9, 1.7], Base::Bars, 5);
        assert_eq!(labels(&ruler), ["0", "0.5 s", "1 s", "1.5 s", "2 s"]);
        assert_eq!((ruler.base(), ruler.share(1.0)), (0.0, 0.5));
        let ruler = Ruler::new(&axis, &[-1.0, 1.0], Base::Bars, 4);
        assert_eq!(labels(&ruler), ["-1 s", "-0.5 s", "0", "0.5 s", "1 s"]);
        assert_eq!(ruler.base(), 0.0);
        // Far from 0 the differences are what matters.
        let ruler = Ruler::new(&axis, &[0.9, 1.0], Base::Steps, 5);
        assert_eq!(labels(&ruler)[0], "0.9 s");
    }

    #[test]
    fn powers_are_marked_and_thinned_out() {
        let axis = Axis::log("time", Unit::Seconds);
        let ruler = Ruler::new(&axis, &[0.002, 3.0], Base::Bars, 6);
        assert_eq!(labels(&ruler), ["1 ms", "10 ms", "100 ms", "1 s"]);
        assert!(ruler.between.is_empty() && ruler.share(0.01) > 0.2);
        let ruler = Ruler::new(&axis, &[0.002, 0.5], Base::Bars, 6);
        assert_eq!((labels(&ruler), ruler.between.len()), (vec!["1 ms", "10 ms", "100 ms"], 21));
        let ruler = Ruler::new(&axis, &[1e-9, 1e9], Base::Steps, 5);
        assert!((3..=6).contains(&ruler.ticks.len()), "{ruler:?}");
        let ruler = Ruler::new(&axis, &[0.9, 1.1], Base::Steps, 6);
        assert!(ruler.ticks.len() >= 2, "{ruler:?}");
        let noise = Ruler::new(&Axis::log("noise", Unit::None), &[1e-6, 0.5], Base::Steps, 12);
        assert_eq!(labels(&noise), ["10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹"]);
        let threads = Ruler::new(&Axis::log2("threads", Unit::None), &[1.0, 64.0], Base::Tight, 8);
        assert_eq!(labels(&threads), ["1", "2", "4", "8", "16", "32", "64"]);
    }

    #[test]
    fn odd_values_still_give_an_axis() {
        for scale in [Scale::Linear, Scale::Log, Scale::Log2] {
            for base in [Base::Bars, Base::Steps, Base::Tight] {
                let axis = Axis { label: String::new(), unit: Unit::Bytes, scale };
                let cases: [&[f64]; 10] = [
                    &[],
                    &[0.0],
                    &[f64::NAN, f64::INFINITY],
                    &[3.0],
                    &[3.0, 3.0, 3.0],
                    &[1.0, 1.0 + 1e-15],
                    &[1e-90, 1e90],
                    &[-1e90, 1e90],
                    &[1e-300, 1e300],
                    &[-5.0, -5.0],
                ];
                for values in cases {
                    for room in [0, 2, 5, 100] {
                        let ruler = Ruler::new(&axis, values, base, room);
                        let context = format!("{scale:?} {base:?} {values:?} {room} {ruler:?}");
                        assert!(ruler.low < ruler.high && ruler.low.is_finite() && ruler.high.is_finite(), "{context}");
                        assert!(!ruler.ticks.is_empty() && ruler.ticks.len() <= 26, "{context}");
                        for &value in values.iter().filter(|&&value| drawable(scale, value)) {
                            assert!((0.0..=1.0).contains(&ruler.share(value)), "{context}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn labels_do_not_touch() {
        let axis = Axis::linear("traffic", Unit::Bytes);
        let ruler = Ruler::across(&axis, &[0.0, 123_456_789.0], Base::Bars, 150.0, 12.0);
        assert!((2..=4).contains(&ruler.ticks.len()), "{ruler:?}");
        let ruler = Ruler::across(&Axis::log("time", Unit::Seconds), &[1e-6, 100.0], Base::Bars, 250.0, 12.0);
        assert!((2..=5).contains(&ruler.ticks.len()), "{ruler:?}");
    }
}
