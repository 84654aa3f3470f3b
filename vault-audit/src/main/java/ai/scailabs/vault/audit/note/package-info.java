/**
 * Signed notes and the checkpoints of trees in them, as C2SP writes them (c2sp.org/signed-note, tlog-checkpoint and tlog-cosignature): text in, text out. Never repairs: what is
 * not written exactly as it would be written here is refused, and what nobody known has signed is not shown. Start with {@link ai.scailabs.vault.audit.note.Checkpoint}.
 */
@NullMarked
package ai.scailabs.vault.audit.note;

import org.jspecify.annotations.NullMarked;
