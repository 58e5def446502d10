/**
 * What looks like a password or a key, by the prefixes that its issuers document and by what people write before it. A list may
 * be seen by whoever looks over the shoulder; the conversation itself shows everything.
 */
const SECRETS: readonly RegExp[] = [
  // OpenAI, Anthropic, OpenRouter, Stripe; GitHub, GitLab, npm, Hugging Face; Slack; Google; AWS.
  /\b[sr]k[-_][\w-]{16,}/g,
  /\b(?:gh[oprsu]_|github_pat_|glpat-|npm_|hf_)\w[\w-]{15,}/g,
  /\bxox[a-z]-[\w-]{8,}/g,
  /\b(?:AIza[\w-]{20,}|ya29\.[\w-]{16,})/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  // A Telegram bot's; a JSON Web Token.
  /\b\d{8,10}:[\w-]{30,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----.*/gs,
  /(?<=\b\w+:\/\/[^\s/:@]+:)[^\s/@]+(?=@)/g,
  /(?<=\bBearer )[\w.~+/=-]{8,}/gi,
  /(?<=(?:\b(?:password|passwd|passphrase|api[ _-]?key|secret|token)|密码|口令|密钥)\s?[=:：]\s?)["'“]?[^\s"'”]{4,}/gi,
  // Without a colon only what is no word: a password may also be "wrong".
  /(?<=(?:\b(?:password|passwd|passphrase|api[ _-]?key|secret|token) is |(?:密码|口令|密钥)[是为]\s?))["'“]?(?=\S*\d)[^\s"'”]{6,}/gi,
];
const MASK = '•';
const RUN = new RegExp(`${MASK}{4,}`, 'g');

/** Every secret as so many bullets, so that what follows stays where it is. */
export function maskSecrets(text: string): string {
  let masked = text;
  for (const secret of SECRETS) masked = masked.replace(secret, (found) => MASK.repeat(found.length));
  return masked;
}

/** For a line in a list: how long a secret is, is nobody's business either. */
export function withoutSecrets(text: string): string {
  return shortMasks(maskSecrets(text));
}

export function shortMasks(masked: string): string {
  return masked.replace(RUN, MASK.repeat(3));
}
