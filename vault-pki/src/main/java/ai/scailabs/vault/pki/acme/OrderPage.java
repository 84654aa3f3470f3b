package ai.scailabs.vault.pki.acme;

import java.util.List;

/** @param hasMore whether others follow */
public record OrderPage(List<AcmeOrder> orders, boolean hasMore) {}
