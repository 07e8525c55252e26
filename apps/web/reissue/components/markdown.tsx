/** The Markdown of the terms: headings, lists, paragraphs, bold. HTML in the text is shown as text. */
export function Markdown({ text }: { text: string }) {
  const blocks = text.split(/\n{2,}/).flatMap((block) => {
    const heading = /^(#+ [^\n]+)\n([^]+)$/.exec(block);
    return heading ? [heading[1]!, heading[2]!] : [block];
  });
  return (
    <>
      {blocks.map((block, at) => (
        <Block key={at} block={block.trim()} />
      ))}
    </>
  );
}

const item = /^\s*(?:[-*]|\d+\.)\s+/;

function Block({ block }: { block: string }) {
  if (block.startsWith('#')) return <h3>{block.replace(/^#+\s*/, '')}</h3>;
  const lines = block.split('\n');
  if (!item.test(block))
    return (
      <p>
        <Inline text={lines.join(' ')} />
      </p>
    );
  const items: string[] = [];
  for (const line of lines)
    if (item.test(line)) items.push(line.replace(item, ''));
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  const List = /^\s*\d/.test(block) ? 'ol' : 'ul';
  return (
    <List>
      {items.map((text, at) => (
        <li key={at}>
          <Inline text={text} />
        </li>
      ))}
    </List>
  );
}

const Inline = ({ text }: { text: string }) =>
  text.split('**').map((part, at) => (at % 2 === 1 ? <strong key={at}>{part}</strong> : part));
