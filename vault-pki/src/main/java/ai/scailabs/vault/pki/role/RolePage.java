package ai.scailabs.vault.pki.role;

import java.util.List;

/** @param hasMore whether others follow after the last */
public record RolePage(List<StoredRole> roles, boolean hasMore) {}
