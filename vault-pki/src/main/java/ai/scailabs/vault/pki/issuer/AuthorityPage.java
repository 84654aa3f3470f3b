package ai.scailabs.vault.pki.issuer;

import java.util.List;

/** @param hasMore whether others follow after the last */
public record AuthorityPage(List<CertificateAuthority> authorities, boolean hasMore) {}
