// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CLinux

/// Makes the kernel signal an eventfd from inside: by asynchronous I/O that is done at once.
final class KernelSignaller {
    private var state = clinux_signaller()

    /// Fails where the kernel was built without asynchronous I/O, or does not allow it.
    init() throws(CompareError) {
        _ = try KernelSubject.check(unsafe clinux_signaller_open(&state), "setting asynchronous I/O up")
    }

    deinit { unsafe clinux_signaller_close(&state) }

    /// One signal; 0 or a negative error number.
    func signal(_ descriptor: Int32) -> Int32 { unsafe clinux_signal(&state, descriptor) }
}
