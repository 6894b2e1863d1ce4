// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// gVisor's waiter: the queue that its eventfds tell of what has happened. Its command line is that of measure.h.
package main

import (
	"fmt"
	"math"
	"os"
	"time"

	"gvisor.dev/gvisor/pkg/sync"
	"gvisor.dev/gvisor/pkg/waiter"
)

const (
	peer = "gVisor"

	// A slice is about as long as this.
	sliceLength = 20 * time.Millisecond

	// EX_USAGE of sysexits.h.
	exitUsage = 64
)

// A row of the benchmark.
type row struct {
	name string
	// What one time of run is divided by.
	operations int
	// Prepares, and returns what does it so many times.
	prepare func() (run func(times int))
}

// In the shape of gVisor's eventfd: a counter under a mutex, and a queue that is told afterwards, outside of it.
type event struct {
	mu    sync.Mutex
	value uint64
	queue waiter.Queue
}

//go:noinline
func (e *event) signal() {
	e.mu.Lock()
	e.value++
	e.mu.Unlock()
	e.queue.Notify(waiter.ReadableEvents)
}

// What the functions called count, so that they are not empty.
var calls uint64

func countCall(waiter.EventMask) { calls++ }

func newEntry() *waiter.Entry {
	entry := waiter.NewFunctionEntry(waiter.ReadableEvents, countCall)
	return &entry
}

func signalRow(functions int) func() func(int) {
	return func() func(int) {
		e := new(event)
		for index := 0; index < functions; index++ {
			e.queue.EventRegister(newEntry())
		}
		return func(times int) {
			for ; times > 0; times-- {
				e.signal()
			}
		}
	}
}

func wakeRow(functions int) func() func(int) {
	return func() func(int) {
		queue := new(waiter.Queue)
		for index := 0; index < functions; index++ {
			queue.EventRegister(newEntry())
		}
		return func(times int) {
			for ; times > 0; times-- {
				queue.Notify(waiter.ReadableEvents)
			}
		}
	}
}

func addAndRemove() func(int) {
	queue := new(waiter.Queue)
	entry := newEntry()
	return func(times int) {
		for ; times > 0; times-- {
			queue.EventRegister(entry)
			queue.EventUnregister(entry)
		}
	}
}

var rows = []row{
	{"signal", 1, signalRow(0)},
	{"signal-function", 1, signalRow(1)},
	{"wake-16", 16, wakeRow(16)},
	{"wake-1000", 1000, wakeRow(1000)},
	{"add-remove", 1, addAndRemove},
}

func lengthOf(run func(int), times int) time.Duration {
	start := time.Now()
	run(times)
	return time.Since(start)
}

// One slice, in nanoseconds an operation. What finds out how often it has to be done warms it up, too.
func measure(r row) float64 {
	run := r.prepare()
	run(1)
	times := 1
	taken := lengthOf(run, times)
	for taken < sliceLength/2 {
		growth := float64(sliceLength) / float64(taken+1)
		times = int(float64(times) * math.Min(math.Max(growth, 2), 16))
		taken = lengthOf(run, times)
	}
	return float64(taken.Nanoseconds()) / float64(times) / float64(r.operations)
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "usage: %s --list | ROW-NAME\n", os.Args[0])
		os.Exit(exitUsage)
	}
	lists := os.Args[1] == "--list"
	for _, r := range rows {
		if lists {
			fmt.Println(r.name, peer)
		} else if os.Args[1] == r.name {
			fmt.Printf("%.4f\n", measure(r))
			return
		}
	}
	if !lists {
		fmt.Fprintf(os.Stderr, "%s has no row %s\n", peer, os.Args[1])
		os.Exit(exitUsage)
	}
}
