const words: Readonly<Record<string, string>> = {
  "datasets.create": "Create dataset version",
  "datasets.decide": "Decide about rows",
  "datasets.import": "Import dataset",
  "datasets.useSample": "Use sample dataset",
  "datasets.deleteVersion": "Delete dataset version",
  "deployments.addRevision": "Add revision",
  "deployments.archive": "Retire deployment",
  "deployments.retireRevision": "Retire revision",
  "deployments.setWeights": "Move traffic",
  "economics.setPrice": "Set price",
  "evals.archiveSuite": "Archive suite",
  "evals.createSuite": "Create suite",
  "evals.deleteSuite": "Delete suite",
  "feedback.add": "Add feedback",
  "files.cancelUpload": "Cancel upload",
  "files.create": "Create file",
  "files.createUpload": "Start upload",
  "files.remove": "Delete file",
  "models.deleteVersion": "Delete model version",
  "models.import": "Import model",
  "models.importSample": "Import sample model",
  "models.promote": "Promote model version",
  "models.register": "Register model version",
  "models.removeAlias": "Remove alias",
  "models.removeVersion": "Delete model version",
  "people.changePassword": "Change password",
  "people.createFirstAdminLink": "Create first admin link",
  "people.createUser": "Create account",
  "people.endSession": "End session",
  "people.lockOut": "Lock account",
  "people.renameMe": "Change own name",
  "people.signIn": "Sign in",
  "people.signOutEverywhere": "Sign out everywhere",
  "playground.send": "Send from the playground",
  "projects.acceptInvitation": "Accept invitation",
  "projects.claimFirstAdmin": "Claim first admin",
  "projects.invite": "Invite member",
  "projects.inviteMember": "Invite member",
  "projects.join": "Join project",
  "projects.removeMember": "Remove member",
  "projects.revokeInvitation": "Revoke invitation",
  "projects.setMemberRole": "Change member's role",
  "runs.convert": "Convert run's adapter",
  "runs.train": "Train run",
};

const things: Readonly<Record<string, string>> = {
  people: "account",
  feedback: "feedback",
  economics: "price",
  audit: "audit log",
};

/** What was done, in words: "datasets.archive" → "Archive dataset". A verb without words of its own is read as it is. */
export function actionWords(action: string): string {
  const known = words[action];
  if (known) return known;
  const [area = "", verb = ""] = action.split(".");
  const phrase = verb.replace(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
  const text = phrase.includes(" ") ? phrase : `${phrase} ${areaWords(area)}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** One thing of an area: "datasets" → "dataset". */
function areaWords(area: string): string {
  return things[area] ?? area.replace(/s$/, "");
}
