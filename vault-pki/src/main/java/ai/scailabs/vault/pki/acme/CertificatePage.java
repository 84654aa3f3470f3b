package ai.scailabs.vault.pki.acme;

import java.util.List;

/** @param hasMore whether others follow */
public record CertificatePage(List<ManagedCertificate> certificates, boolean hasMore) {}
