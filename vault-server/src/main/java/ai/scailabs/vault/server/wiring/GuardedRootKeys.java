package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.kms.guard.GuardedRootKey;
import java.util.List;

/** The root keys as everybody asks them, each on its own, in the order in which they are asked. */
record GuardedRootKeys(List<GuardedRootKey> keys) {}
