"""The sorted-table file of LevelDB ("SSTable"), as far as TensorFlow's checkpoint indexes use it.

Layout, from LevelDB's table format notes: data blocks; a metaindex block; an index block that gives the place of
each data block; a footer of 48 bytes with the places of the two index blocks and a magic number. Each block is
followed by a compression byte and a masked CRC-32C of block and byte. Within a block, keys share a prefix with the
key before.
"""

from __future__ import annotations

from collections.abc import Iterator

from sketchdesign.core.errors import CheckpointError

_FOOTER_BYTES = 48
_TRAILER_BYTES = 5
_MAGIC = 0xDB4775248B80FB57
_CASTAGNOLI = 0x82F63B78
_CRC_MASK_DELTA = 0xA282EAD8
_LONGEST_KEY = 1000


def read_table(content: bytes) -> dict[bytes, bytes]:
    """All keys and values of a table.

    Raises:
        CheckpointError: it is no such table, is damaged, or its blocks are compressed.
    """
    if len(content) < _FOOTER_BYTES or int.from_bytes(content[-8:], "little") != _MAGIC:
        raise CheckpointError("its index is not a TensorFlow checkpoint index, or it is cut short")
    footer = Reader(content[-_FOOTER_BYTES:-8])
    _block(content, *_place(footer))  # the metaindex block, which holds nothing
    table: dict[bytes, bytes] = {}
    last_key, end = None, 0
    for _, handle in _entries(_block(content, *_place(footer))):
        offset, size = _place(Reader(handle))
        # Blocks that overlap or repeat would let a small file unfold into a large table.
        if offset < end:
            raise damaged()
        end = offset + size
        for key, value in _entries(_block(content, offset, size)):
            if last_key is not None and key <= last_key:
                raise damaged()
            table[key] = value
            last_key = key
    return table


class Reader:
    """Reads numbers and pieces off the front of some bytes.

    Every method raises `CheckpointError` where the bytes end too early.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._content)

    def varint(self) -> int:
        """An unsigned number of up to 64 bits, seven bits to a byte, low bits first."""
        value = 0
        for shift in range(0, 70, 7):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise damaged()

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        piece = self._content[self._at : self._at + count]
        if len(piece) != count:
            raise damaged()
        self._at += count
        return piece


def damaged() -> CheckpointError:
    """The error for content that breaks its format."""
    return CheckpointError("its index is damaged")


def masked_crc32c(content: bytes) -> int:
    """CRC-32C (Castagnoli), rotated and offset as LevelDB stores it."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = (crc >> 8) ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + _CRC_MASK_DELTA) & 0xFFFFFFFF


def _place(handle: Reader) -> tuple[int, int]:
    """Offset and size of a block."""
    return handle.varint(), handle.varint()


def _block(content: bytes, offset: int, size: int) -> bytes:
    stored = content[offset : offset + size + _TRAILER_BYTES]
    if len(stored) != size + _TRAILER_BYTES:
        raise damaged()
    if int.from_bytes(stored[-4:], "little") != masked_crc32c(stored[:-4]):
        raise CheckpointError("its index is damaged: a checksum does not match")
    if stored[size]:
        raise CheckpointError("its index is compressed, which TensorFlow's own writer never does")
    return stored[:size]


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    if end < 0:
        raise damaged()
    reader = Reader(block[:end])
    key = b""
    while reader:
        shared, added, size = reader.varint(), reader.varint(), reader.varint()
        if shared > len(key) or shared + added > _LONGEST_KEY:
            raise damaged()
        key = key[:shared] + reader.take(added)
        yield key, reader.take(size)


def _crc_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (_CASTAGNOLI if byte & 1 else 0)
    return byte


_CRC_TABLE = tuple(_crc_of_byte(byte) for byte in range(256))
