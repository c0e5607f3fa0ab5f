from landscape_lab.scene import Scene
scene_of = Scene.of
