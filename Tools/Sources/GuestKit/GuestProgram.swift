// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What the real guest runs: sixteen-bit code that takes interrupts and says which.
///
/// It fills the interrupt vectors, programs the two interrupt controllers, reports that it is ready and halts. The handler of each line
/// writes the line's number to ``port``, which is how the outside learns that the interrupt was taken, and acknowledges it.
package enum GuestProgram {
    /// Where the code is loaded and begins.
    package static let start: UInt16 = 0x1000
    /// The top of the stack, below the code and above the vectors.
    package static let stack: UInt16 = 0x1000
    /// How much memory the guest has: a page of vectors and stack, a page of code.
    package static let memorySize = 0x2000
    /// The port to which the guest writes what it did.
    package static let port: UInt16 = 0xE4
    /// What it writes when it is ready for interrupts; any smaller value is the line whose interrupt it took.
    package static let ready: UInt8 = 16

    /// The program.
    package static var code: [UInt8] { body + (0..<16).flatMap(stub) }

    private static let body: [UInt8] = [
        // 1000: the vectors 20h to 2Fh point to the sixteen stubs
        0x31, 0xC0,  //                   xor ax, ax
        0x8E, 0xD8,  //                   mov ds, ax
        0xBF, 0x80, 0x00,  //             mov di, 20h * 4
        0xB8, 0x5A, 0x10,  //             mov ax, stubs
        0xB9, 0x10, 0x00,  //             mov cx, 16
        // 100D: fill
        0x89, 0x05,  //                   mov [di], ax
        0xC7, 0x45, 0x02, 0x00, 0x00,  // mov word [di + 2], 0
        0x83, 0xC0, 0x05,  //             add ax, 5           the size of a stub
        0x83, 0xC7, 0x04,  //             add di, 4
        0xE2, 0xF1,  //                   loop fill
        // 101C: both controllers: edges, a cascade, four words to come
        0xB0, 0x11,  //                   mov al, 11h
        0xE6, 0x20,  //                   out 20h, al
        0xE6, 0xA0,  //                   out A0h, al
        // their vectors
        0xB0, 0x20,  //                   mov al, 20h
        0xE6, 0x21,  //                   out 21h, al
        0xB0, 0x28,  //                   mov al, 28h
        0xE6, 0xA1,  //                   out A1h, al
        // the second hangs on line 2 of the first
        0xB0, 0x04,  //                   mov al, 1 << 2
        0xE6, 0x21,  //                   out 21h, al
        0xB0, 0x02,  //                   mov al, 2
        0xE6, 0xA1,  //                   out A1h, al
        // 8086 mode, the handler acknowledges
        0xB0, 0x01,  //                   mov al, 1
        0xE6, 0x21,  //                   out 21h, al
        0xE6, 0xA1,  //                   out A1h, al
        // no line is masked
        0x30, 0xC0,  //                   xor al, al
        0xE6, 0x21,  //                   out 21h, al
        0xE6, 0xA1,  //                   out A1h, al
        // 103E: ready
        0xB0, 0x10,  //                   mov al, 16
        0xE6, 0xE4,  //                   out E4h, al
        0xFB,  //                         sti
        // 1043: idle
        0xF4,  //                         hlt
        0xEB, 0xFD,  //                   jmp idle
        // 1046: took, with the line in al
        0xE6, 0xE4,  //                   out E4h, al
        0x3C, 0x08,  //                   cmp al, 8
        0x72, 0x08,  //                   jb first
        0x24, 0x07,  //                   and al, 7           acknowledge this very line at the second controller
        0x0C, 0x60,  //                   or al, 60h
        0xE6, 0xA0,  //                   out A0h, al
        0xB0, 0x02,  //                   mov al, 2           and the cascade at the first
        // 1054: first
        0x0C, 0x60,  //                   or al, 60h
        0xE6, 0x20,  //                   out 20h, al
        0x58,  //                         pop ax
        0xCF,  //                         iret
    ]

    /// Where a stub jumps to.
    private static let took = 0x46

    /// The beginning of one line's handler.
    private static func stub(_ line: Int) -> [UInt8] {
        let end = body.count + 5 * (line + 1)
        return [
            0x50,  //                     push ax
            0xB0, UInt8(line),  //        mov al, line
            0xEB, UInt8(truncatingIfNeeded: took - end),  // jmp took
        ]
    }
}
