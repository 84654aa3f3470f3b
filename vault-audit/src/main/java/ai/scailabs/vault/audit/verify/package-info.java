/**
 * Checks exports and checkpoints of an audit log offline, with nothing but them and the log's public key, and names the first place that is not as it was signed. Never connects to anything, never holds more of an
 * export than a few lines, and shows nothing of entries but ids and indexes. Start with {@link ai.scailabs.vault.audit.verify.VerifyCommand}.
 */
@NullMarked
package ai.scailabs.vault.audit.verify;

import org.jspecify.annotations.NullMarked;
