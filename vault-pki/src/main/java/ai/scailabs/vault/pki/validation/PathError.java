package ai.scailabs.vault.pki.validation;

/** @param index of the certificate that it concerns, in the chain: 0 is the one that was asked about */
public record PathError(PathProblem problem, String message, int index) {}
