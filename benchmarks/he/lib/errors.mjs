/** Failures that are not defects, with the exit status of the lepcnn command for their kind. */

export class BenchmarkError extends Error {
  constructor(message, exitStatus) {
    super(message);
    this.exitStatus = exitStatus;
  }
}

/** The answer is wrong. */
export class WrongResultError extends BenchmarkError {
  constructor(message) {
    super(message, 1);
  }
}

/** An argument or file that cannot be used. */
export class UsageError extends BenchmarkError {
  constructor(message) {
    super(message, 2);
  }
}

/** Something is missing on this machine. */
export class EnvironmentError extends BenchmarkError {
  constructor(message) {
    super(message, 3);
  }
}
