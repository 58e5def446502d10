const blockBytes = 512;

/**
 * Yields the bytes of one member of a tar stream, without the rest ever being held in memory.
 * Plain ustar headers only, which is what `npm pack` writes for short names. Throws when the member is not there.
 */
export async function* tarMember(chunks: AsyncIterable<Buffer>, wanted: string): AsyncGenerator<Buffer> {
  let carried = Buffer.alloc(0);
  let contentLeft = 0;
  let paddingLeft = 0;
  let inWanted = false;
  let found = false;
  for await (const piece of chunks) {
    const chunk = carried.length > 0 ? Buffer.concat([carried, piece]) : piece;
    carried = Buffer.alloc(0);
    let position = 0;
    while (position < chunk.length) {
      if (contentLeft > 0) {
        const taken = Math.min(contentLeft, chunk.length - position);
        if (inWanted) yield chunk.subarray(position, position + taken);
        position += taken;
        contentLeft -= taken;
      } else if (paddingLeft > 0) {
        const taken = Math.min(paddingLeft, chunk.length - position);
        position += taken;
        paddingLeft -= taken;
      } else if (chunk.length - position < blockBytes) {
        carried = Buffer.from(chunk.subarray(position));
        position = chunk.length;
      } else {
        const header = readHeader(chunk.subarray(position, position + blockBytes));
        position += blockBytes;
        contentLeft = header.size;
        paddingLeft = (blockBytes - (header.size % blockBytes)) % blockBytes;
        inWanted = header.name === wanted;
        found ||= inWanted;
      }
    }
  }
  if (!found) throw new Error(`${wanted} is not in the package`);
}

function readHeader(block: Buffer): { readonly name: string; readonly size: number } {
  const text = (start: number, end: number) => {
    const field = block.toString('latin1', start, end);
    const terminator = field.indexOf('\0');
    return terminator < 0 ? field : field.slice(0, terminator);
  };
  return { name: text(0, 100), size: Number.parseInt(text(124, 136).trim(), 8) || 0 };
}
