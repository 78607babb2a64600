// A job type for Flamenco 3.3 or newer: a task for each unit of a plan that `labelpass plan` made. It goes into the
// folder `scripts` beside flamenco-manager; its type is "labelpass". docs/scale.md says how to hand a plan over.

const JOB_TYPE = {
    label: "Labelpass",
    description: "Render the units of a plan",
    settings: [
        { key: "run", type: "string", subtype: "dir_path", required: true,
          description: "The folder of `labelpass plan`, under the path at which the plan was made" },
        { key: "units", type: "int32", required: true, propargs: { min: 1 },
          description: "How many units it has" },
        { key: "labelpass", type: "string", default: "labelpass",
          description: "What is called on a worker, such as `apptainer run --nv labelpass.sif`" },
    ],
};

function compileJob(job) {
    const settings = job.settings;
    if (!(settings.units >= 1)) {
        throw new Error("units: how many the plan has, 1 or more");
    }
    const words = shellSplit(settings.labelpass || "labelpass");
    for (let index = 0; index < settings.units; index++) {
        const task = author.Task("unit-" + index, "blender");
        task.addCommand(author.Command("exec", {
            exe: words[0],
            args: words.slice(1).concat(["unit", settings.run, "--index", String(index)]),
        }));
        job.addTask(task);
    }
}
