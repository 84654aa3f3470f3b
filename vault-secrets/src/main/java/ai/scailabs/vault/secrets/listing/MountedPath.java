package ai.scailabs.vault.secrets.listing;

import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.mount.MountSource;

/** A secret in another vault, of which a list tells where it is and nothing more. */
public record MountedPath(SecretPath path, MountSource source) {}
