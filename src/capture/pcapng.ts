// The numbers of the pcapng format (draft-ietf-opsawg-pcapng): types of blocks, codes of options, where fields lie.

/** The first word of a block. That of a section header is the same in both byte orders. */
export const BLOCK = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  /** Obsolete; old programs wrote it. */
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
} as const

/** The word of a section header that tells the section's byte order. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d

/** The version that everybody writes. */
export const VERSION = { major: 1, minor: 0 } as const

/** Every block: type and length in front, the length once more behind. */
export const BLOCK_FRAME = { size: 12, length: 4, body: 8, trailer: 4 } as const

/** Fields of a section header, in bytes from the block's start. `least` is the length of the block without options. */
export const SECTION_HEADER = { least: 28, magic: 8, major: 12, minor: 14, length: 16, options: 24 } as const

/** Fields of an interface description. */
export const INTERFACE = { least: 20, linkType: 8, snaplen: 12, options: 16 } as const

/** Fields of an enhanced packet block. */
export const ENHANCED = { least: 32, interface: 8, high: 12, low: 16, captured: 20, original: 24, data: 28 } as const

/** Fields of the obsolete packet block: the interface has 16 bits, 16 more count losses. */
export const OLD_PACKET = { least: 32, interface: 8, high: 12, low: 16, captured: 20, original: 24, data: 28 } as const

/** Fields of a simple packet block, which has no time and no options. */
export const SIMPLE = { least: 16, original: 8, data: 12 } as const

/** Code and length in front of each option. */
export const OPTION_HEADER = 4

/** Codes of options that every block may have. */
export const OPT_ENDOFOPT = 0
export const OPT_COMMENT = 1

/** Codes of the options of single blocks. */
export const SHB_USERAPPL = 4
export const IF_NAME = 2
export const IF_TSRESOL = 9
export const IF_TSOFFSET = 14
/** The same code, length and bits in the obsolete packet block. */
export const EPB_FLAGS = 2

/** Lengths of options that have one. */
export const EPB_FLAGS_BYTES = 4
export const IF_TSRESOL_BYTES = 1
export const IF_TSOFFSET_BYTES = 8

/** The two lowest bits of epb_flags. */
export const DIRECTION_BITS = { mask: 3, in: 1, out: 2 } as const

/** The length that an option's value, or a packet, takes in a file: up to the next step of four bytes. */
export function padded(length: number): number {
  return Math.ceil(length / 4) * 4
}
