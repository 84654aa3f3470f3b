package ai.scailabs.vault.pki.acme;

import java.util.List;

/** @param hasMore whether others follow */
public record AccountPage(List<AcmeAccount> accounts, boolean hasMore) {}
