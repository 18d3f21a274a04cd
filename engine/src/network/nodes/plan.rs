//! The stages of a network whose nodes are ciphertexts.

use hear_model::network::{CLASS_COUNT, Shape};

use super::step::{Form, NodeActivation, NodeConvolution, NodeStep, Plane};
use crate::{
    network::{
        lean::{plan::LIMBS as LEAN_LIMBS, scales::Scales},
        packing::{InputLayout, InputPacking, OutputLayout, OutputPacking},
        plan::{LinearLayer, PAPER_SCALES, PaperScaleBits, Stage, Step},
    },
    params::Parameters,
};

/// log2 of the scale of fresh ciphertexts under `lean-ngraph`.
const LEAN_INPUT_BITS: f64 = 33.0;

/// The stages of a plan, the packing of its input and of its output.
#[derive(Debug)]
pub(in crate::network) struct NodeStages {
    pub(in crate::network) stages: Vec<Stage>,
    pub(in crate::network) input: InputPacking,
    pub(in crate::network) output: OutputPacking,
}

/// log2 of the scales after each convolution and activation, and of the logits.
struct ScaleBits {
    input: f64,
    convolutions: [f64; 3],
    /// `None` where squares stand at twice the scale less a prime.
    activations: Option<[f64; 3]>,
    logits: f64,
}

impl NodeStages {
    /// The stages under `ngraph-he2` on a chain of so many limbs: the scales and levels are those of `hear`.
    pub(in crate::network) fn of_paper(shape: Shape, parameters: &Parameters) -> Self {
        let PaperScaleBits { input, convolution, activation, last_activation, logits, .. } = PAPER_SCALES;
        let activations = Some([activation, activation, last_activation]);
        let scales = ScaleBits { input, convolutions: [convolution; 3], activations, logits };
        Builder::new(parameters, parameters.max_limbs(), &scales).network(shape, Form::Quadratic, &scales)
    }

    /// The stages under `lean-ngraph`, with these scales of what is squared.
    pub(in crate::network) fn of_lean(shape: Shape, parameters: &Parameters, scales: Scales) -> Self {
        let convolutions = scales.bits().map(f64::from);
        let scales = ScaleBits { input: LEAN_INPUT_BITS, convolutions, activations: None, logits: PAPER_SCALES.logits };
        Builder::new(parameters, LEAN_LIMBS, &scales).network(shape, Form::Square, &scales)
    }
}

struct Builder<'a> {
    parameters: &'a Parameters,
    stages: Vec<Stage>,
    limbs: usize,
    scale_bits: f64,
}

impl<'a> Builder<'a> {
    fn new(parameters: &'a Parameters, limbs: usize, scales: &ScaleBits) -> Self {
        Self { parameters, stages: Vec::new(), limbs, scale_bits: scales.input }
    }

    fn push(&mut self, name: String, ciphertexts: [usize; 2], drop: usize, scale_out_bits: f64, step: NodeStep) {
        let (limbs_out, [inputs, outputs]) = (self.limbs - drop, ciphertexts);
        self.stages.push(Stage {
            name,
            inputs,
            outputs,
            limbs_in: self.limbs,
            limbs_out,
            scale_in_bits: self.scale_bits,
            scale_out_bits,
            step: Step::Nodes(step),
        });
        (self.limbs, self.scale_bits) = (limbs_out, scale_out_bits);
    }

    fn network(mut self, shape: Shape, form: Form, scales: &ScaleBits) -> NodeStages {
        let dimension = shape.dimension();
        let layers = shape.layers();
        let (plane, _) = Plane::of(dimension, &layers[0]);
        let input = InputPacking {
            layout: InputLayout::Nodes { rows: plane.rows, columns: plane.columns, slots: self.parameters.slots() },
            limbs: self.limbs,
            scale_bits: self.scale_bits,
        };
        for (layer, sizes) in layers.iter().enumerate() {
            let (plane, window) = Plane::of(dimension, sizes);
            let channels = sizes.out_channels;
            let activation = NodeActivation { layer, plane, window, channels, form };
            let (read, pooled) = (activation.read(), activation.pooled());
            let kernel = Plane { rows: 3, columns: dimension.kernel_rows() };
            let convolution = NodeConvolution {
                layer: LinearLayer::Convolution(layer),
                plane,
                read,
                kernel,
                channels_in: sizes.in_channels,
                channels_out: channels,
            };
            let nodes = [plane.positions() * sizes.in_channels, read.positions() * channels];
            let bits = scales.convolutions[layer];
            self.push(format!("conv{}", layer + 1), nodes, 1, bits, NodeStep::Convolution(convolution));
            let nodes = [nodes[1], pooled.positions() * channels];
            let (drop, bits) = match scales.activations {
                Some(bits) => (2, bits[layer]),
                None => (1, 2.0 * self.scale_bits - f64::from(self.parameters.q()[self.limbs - 1]).log2()),
            };
            self.push(format!("act{}", layer + 1), nodes, drop, bits, NodeStep::Activation(activation));
        }
        let one = Plane { rows: 1, columns: 1 };
        let (channels_in, channels_out) = (shape.feature_count(), CLASS_COUNT);
        let layer = LinearLayer::Dense;
        let dense = NodeConvolution { layer, plane: one, read: one, kernel: one, channels_in, channels_out };
        let nodes = [channels_in, channels_out];
        self.push("dense".to_owned(), nodes, 1, scales.logits, NodeStep::Convolution(dense));
        let output = OutputPacking {
            layout: OutputLayout::Nodes,
            classes: CLASS_COUNT,
            limbs: self.limbs,
            scale_bits: self.scale_bits,
        };
        NodeStages { stages: self.stages, input, output }
    }
}
