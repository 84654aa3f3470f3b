package ai.scailabs.vault.federation.remote;

import org.jspecify.annotations.Nullable;

/**
 * One secret in a list.
 *
 * @param mark another whenever the current value or what is told besides is another; absent where lists do not tell
 */
public record RemoteName(String name, @Nullable String mark) {}
