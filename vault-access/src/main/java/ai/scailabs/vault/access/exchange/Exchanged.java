package ai.scailabs.vault.access.exchange;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.issuer.MintedToken;

/** @param actor whom the token stands for */
public record Exchanged(Actor actor, MintedToken token) {}
