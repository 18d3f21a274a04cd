//! No task allocates: its memory was there before the run.

#![expect(unsafe_code, reason = "an allocator that counts")]

mod parties;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use hear_engine::network::{
    key_switching::KeySwitching, lower::Keep, method::Method, plan::PlanRequest, run::Inference,
};
use hear_kernels::simd::Isa;
use hear_model::network::{Dimension, Network, Shape};
use hear_scheduler::{
    Body, Cancel, Executor, ForkJoin, Graph, Memory, Report, RunError, RunOptions, Serial, Stealing, TaskContext,
    TaskId,
};
use parties::Parties;

thread_local! {
    /// Allocations of this thread while it counts them.
    static COUNT: Cell<Option<u64>> = const { Cell::new(None) };
}

struct Counting;

impl Counting {
    fn note() {
        COUNT.with(|count| count.set(count.get().map(|count| count + 1)));
    }
}

// SAFETY: the system's allocator does all the work; counting allocates nothing, as the cell is constant and needs no drop.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::note();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::note();
        // SAFETY: as above.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(old, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of this thread during a call.
fn allocations(call: impl FnOnce()) -> u64 {
    COUNT.set(Some(0));
    call();
    COUNT.take().unwrap_or(0)
}

/// An executor whose tasks fail when they allocate.
#[derive(Debug)]
struct Strict(Box<dyn Executor>);

impl Executor for Strict {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn workers(&self) -> usize {
        self.0.workers()
    }

    fn run(
        &self,
        graph: &Graph,
        memory: &mut Memory,
        body: &dyn Body,
        options: &RunOptions,
    ) -> Result<Report, RunError> {
        let strict = |task: TaskId, context: &mut TaskContext<'_>| {
            let count = allocations(|| body.run(task, context));
            assert_eq!(count, 0, "{task} of {} allocates", graph.stage_name(graph.stage(task)));
        };
        self.0.run(graph, memory, &strict, options)
    }

    fn for_each(&self, count: usize, cancel: &Cancel, body: &(dyn Fn(usize, usize) + Sync)) -> Result<(), RunError> {
        self.0.for_each(count, cancel, body)
    }
}

#[test]
fn allocations_are_seen() {
    let mut vector = Vec::new();
    assert_eq!(allocations(|| vector.push(1_u8)), 1);
    assert_eq!(allocations(|| vector.clear()), 0);
}

/// The first run may make what later ones share; of the second no task allocates.
#[test]
fn no_task_allocates_after_the_first_inference() {
    let network = |dimension, width| Network::seeded(Shape::new(dimension, width).unwrap(), 3);
    let (two, one) = (network(Dimension::TwoD, 64), network(Dimension::OneD, 64));
    let request = |network: &Network, method| PlanRequest::new(network.shape(), method);
    let fast = request(&two, Method::FastHear);
    let cases = [
        (&two, request(&two, Method::LeanHear)),
        (&two, fast),
        (&two, PlanRequest { key_switching: KeySwitching::Hybrid, ..fast }),
        (&one, request(&one, Method::Hear)),
    ];
    for (network, request) in cases {
        let Parties { context, plan, keys, encoded, .. } = &Parties::new(Isa::detect(), network, &request);
        let inference = Inference::new(context, plan, keys, encoded, Keep::Result).unwrap();
        let mut memory = inference.memory(2).unwrap();
        let input = hear_engine::rlwe::Ciphertext::zero(
            context,
            hear_engine::ring::Basis::first(plan.input.limbs),
            plan.input.scale_bits.exp2(),
        );
        inference.run(&input, &mut memory, &Serial, &RunOptions::default()).unwrap();
        let executors: [Box<dyn Executor>; 2] =
            [Box::new(ForkJoin::new(2).unwrap()), Box::new(Stealing::new(2).unwrap())];
        for executor in executors {
            inference.run(&input, &mut memory, &Strict(executor), &RunOptions::default()).unwrap();
        }
    }
}
