package ai.scailabs.vault.audit.store;

import java.time.Instant;
import java.util.Optional;

/**
 * An object as its store has it.
 *
 * @param bytes its size
 * @param sha256 of the whole, in hexadecimal, as it was computed here when it was written. Always there of what was just written; what was written in several parts has none later in S3 and in
 *     Google Cloud Storage, which take no note when an upload ends: its bytes tell
 * @param lockedUntil until when nobody may delete or overwrite it, by what the store says of the object; empty when it says nothing
 */
public record StoredObject(ObjectName name, long bytes, Optional<String> sha256, Optional<Instant> lockedUntil) {}
